import { useTranslation } from 'react-i18next';
import type { DryRunResult } from '@/api/types';
import { useFormat } from '@/shared/use_format';

interface Props {
  currencies: DryRunResult['currencies'];
  name: (code: string) => string;
}

/** What the programme owes today, and what it would owe; with how both are worked out. */
export function LiabilityAfter({ currencies, name }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <div className="scroll-x" tabIndex={0}>
        <table className="plain">
          <thead>
            <tr>
              <th>{t('loyalty.liability')}</th>
              <th className="num">{t('dry.outstanding_now')}</th>
              <th className="num">{t('dry.outstanding_after')}</th>
              <th className="num">{t('dry.liability_now')}</th>
              <th className="num">{t('dry.liability_after')}</th>
              <th className="num">{t('loyalty.difference')}</th>
            </tr>
          </thead>
          <tbody>
            {currencies.map((row) => (
              <tr key={row.currency}>
                <td>
                  {name(row.currency)}
                  <div className="quiet small">
                    {t('dry.assumed', {
                      cost: format.money(row.cost_minor_per_1000),
                      used: format.percent(row.expected_redemption_ppm / 1e6),
                    })}
                  </div>
                </td>
                <td className="num">{format.count(row.outstanding_before)}</td>
                <td className="num">{format.count(row.outstanding_after)}</td>
                <td className="num">{format.money(row.liability_before_minor)}</td>
                <td className="num">{format.money(row.liability_after_minor)}</td>
                <td className="num">{format.money(row.liability_change_minor, { sign: true })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet small">{t('dry.liability_how')}</p>
    </>
  );
}
