import { useTranslation } from 'react-i18next';
import type { QuotedSpend } from '@/api/ledger_types';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

interface Props {
  one: QuotedSpend;
  currency: string;
}

/** How much of the order points can pay, what bounds it, and from which lots. */
export function Spend({ one, currency }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return (
    <div className="quoted">
      <b>{currency}</b>{' '}
      {t('quote.pays', { n: format.count(one.points), money: format.money(one.pays_minor) })}{' '}
      <span className="quiet">{word('quote_bound', one.bound)}</span>
      <ul>
        {one.lots.map((lot) => (
          <li key={lot.lot}>
            {t(lot.expires_at ? 'quote.lot' : 'quote.lot_for_ever', {
              n: format.count(lot.points),
              lot: lot.lot,
              earned: format.dateTime(lot.earned_at),
              until: format.dateTime(lot.expires_at),
              left: format.count(lot.left),
            })}
          </li>
        ))}
      </ul>
    </div>
  );
}
