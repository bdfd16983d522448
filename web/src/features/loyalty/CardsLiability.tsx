import { useTranslation } from 'react-i18next';
import type { Liability } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { kCardFates } from './cohorts';

/** Gift cards by the month in which they were made: what was claimed is among the points. */
export function CardsLiability({ liability }: { liability: Liability }) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = { currency: liability.money ?? '' };
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('gift.made_in')}</th>
            {kCardFates.map((fate) => (
              <th key={fate} className="num">
                {t(`gift.${fate}`)}
              </th>
            ))}
            <th className="num">{t('loyalty.liability')}</th>
          </tr>
        </thead>
        <tbody>
          {liability.cards.cohorts.map((one) => (
            <tr key={one.month}>
              <td>{one.month}</td>
              {kCardFates.map((fate) => (
                <td key={fate} className="num">
                  {format.count(one[fate])}
                </td>
              ))}
              <td className="num">{format.money(one.liability_minor, money)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        {t('gift.owed', {
          cards: format.money(liability.cards.liability_minor, money),
          all: format.money(liability.cards.total_minor, money),
        })}
      </p>
    </div>
  );
}
