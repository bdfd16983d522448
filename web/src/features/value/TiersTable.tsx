import { useTranslation } from 'react-i18next';
import type { Rfm } from '@/api/value_types';
import { People } from '@/shared/People';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** High, middle and low value, by spend and activity. */
export function TiersTable({ rfm }: { rfm: Rfm }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const revenue = rfm.tiers.reduce((sum, one) => sum + one.revenue_minor, 0) || 1;
  return (
    <>
      <table className="plain">
        <thead>
          <tr>
            <th>{t('rfm.tier')}</th>
            <th className="num">{t('retention.people')}</th>
            <th className="num">{t('customer.revenue')}</th>
            <th className="num">{t('rfm.revenue_share')}</th>
          </tr>
        </thead>
        <tbody>
          {rfm.tiers.map((one) => (
            <tr key={one.tier}>
              <td>{word('tier', one.tier)}</td>
              <td className="num">
                <People n={one.people} set={one.set} />
              </td>
              <td className="num">
                {format.money(one.revenue_minor, { whole: true, currency: rfm.currency })}
              </td>
              <td className="num">{format.percent(one.revenue_minor / revenue)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet">{t('rfm.tier_how')}</p>
    </>
  );
}
