import { useTranslation } from 'react-i18next';
import type { Rfm } from '@/api/value_types';
import { useFormat } from '@/shared/use_format';

/** From which value on a score is given. */
export function Breaks({ rfm }: { rfm: Rfm }) {
  const { t } = useTranslation();
  const format = useFormat();
  const rows = [
    {
      name: t('rfm.recency'),
      sign: '≤',
      values: rfm.breaks.recency_days.map((one) => t('unit.days', { count: Math.round(one) })),
    },
    {
      name: t('rfm.frequency'),
      sign: '≥',
      values: rfm.breaks.frequency.map((one) => t('unit.orders', { count: Math.round(one) })),
    },
    {
      name: t('rfm.monetary'),
      sign: '≥',
      values: rfm.breaks.monetary_minor.map((one) =>
        format.money(one, { whole: true, currency: rfm.currency }),
      ),
    },
  ];
  return (
    <table className="plain" style={{ maxWidth: 720 }}>
      <thead>
        <tr>
          <th>{t('rfm.score')}</th>
          {[2, 3, 4, 5].map((score) => (
            <th key={score} className="num">
              {score}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <td>{row.name}</td>
            {row.values.map((value, i) => (
              <td key={i} className="num">
                {row.sign} {value}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
