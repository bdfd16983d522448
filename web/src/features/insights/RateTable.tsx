import { useTranslation } from 'react-i18next';
import type { RetentionRate } from '@/api/types';
import { People } from '@/shared/People';
import { useFormat } from '@/shared/use_format';

/** Every rate with the counts it is made of, newest first. */
export function RateTable({ answer }: { answer: RetentionRate }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="scroll-x" style={{ marginTop: 16 }}>
      <table className="plain">
        <thead>
          <tr>
            <th>{t('insight.period')}</th>
            <th className="num">{t('retention.at_start')}</th>
            <th className="num">{t('retention.lost')}</th>
            <th className="num">{t('retention.won_back')}</th>
            <th className="num">{t('retention.new')}</th>
            <th className="num">{t('retention.at_end')}</th>
            <th className="num">{t('retention.kept')}</th>
            <th className="num">{t('retention.rate')}</th>
          </tr>
        </thead>
        <tbody>
          {[...answer.rows].reverse().map((row) => (
            <tr key={row.label}>
              <td className="nowrap">
                {row.label}{' '}
                {row.complete ? null : <span className="quiet small">{t('insight.open')}</span>}
              </td>
              <td className="num">
                <People n={row.at_start} set={row.sets?.start} />
              </td>
              <td className="num">
                <People n={row.lost} set={row.sets?.lost} />
              </td>
              <td className="num">{format.count(row.won_back)}</td>
              <td className="num">
                <People n={row.new_customers} set={row.sets?.new} />
              </td>
              <td className="num">
                <People n={row.at_end} set={row.sets?.end} />
              </td>
              <td className="num">
                <People n={row.kept} set={row.sets?.kept} />
              </td>
              <td className="num">
                <b>{format.percent(row.rate.rate)}</b>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
