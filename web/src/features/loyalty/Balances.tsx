import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { PointsBalance } from '@/api/types';
import { useFormat } from '@/shared/use_format';

interface Props {
  balances: PointsBalance[];
  chosen: string;
  choose: (currency: string) => void;
}

/** What a person has in each currency, and which of it expires when. */
export function Balances({ balances, chosen, choose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const one = balances.find(({ currency }) => currency === chosen) ?? balances[0];
  if (!one) return null;
  const parts = (['pending', 'held', 'owed'] as const).filter((part) => (one[part] ?? 0) > 0);
  return (
    <>
      <div className="row" style={{ flexWrap: 'wrap', gap: '8px 32px' }}>
        {balances.map((each) => (
          <Button
            key={each.currency}
            type={each === one ? 'default' : 'text'}
            aria-pressed={each === one}
            style={{ height: 'auto', padding: '8px 12px', textAlign: 'left' }}
            onClick={() => choose(each.currency)}
          >
            <span>
              <span className="quiet">{each.name}</span>
              <br />
              <span className="figure mid">{format.count(each.balance)}</span>
            </span>
          </Button>
        ))}
      </div>
      {parts.length > 0 ? (
        <p className="quiet">
          {parts
            .map((part) => t(`loyalty.part_${part}`, { n: format.count(one[part]) }))
            .join(t('rule.comma'))}
        </p>
      ) : null}
      {one.lots.length > 0 ? (
        <table className="plain">
          <thead>
            <tr>
              <th className="num">{t('loyalty.open')}</th>
              <th className="num">{t('loyalty.earned_at')}</th>
              <th className="num">{t('loyalty.expires_at')}</th>
              <th style={{ paddingLeft: 24 }}>{t('loyalty.from')}</th>
            </tr>
          </thead>
          <tbody>
            {one.lots.slice(0, 12).map((lot) => (
              <tr key={lot.lot}>
                <td className="num">{format.count((lot.open ?? 0) + (lot.held ?? 0))}</td>
                <td className="num">{format.day(lot.earned_at)}</td>
                <td className="num">
                  {lot.expires_at ? format.day(lot.expires_at) : t('loyalty.never')}
                </td>
                <td style={{ paddingLeft: 24 }}>{lot.rule || lot.order}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {one.lots_total > 12 ? (
        <p className="quiet small">{t('loyalty.more_lots', { n: one.lots_total - 12 })}</p>
      ) : null}
    </>
  );
}
