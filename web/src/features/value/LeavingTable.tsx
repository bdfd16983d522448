import { useTranslation } from 'react-i18next';
import type { Leaving } from '@/api/value_types';
import { People } from '@/shared/People';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { useReasonWord } from './left_reason';

const kKnown = ['said', 'complaint', 'trouble', 'model'] as const;

/** Reasons by month, the surest source first. */
export function LeavingTable({ leaving }: { leaving: Leaving }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const name = useReasonWord();
  return (
    <div className="scroll-x" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th aria-label={t('risk.reasons')} />
            {leaving.months.map(({ label }) => (
              <th className="num" key={label}>
                {label}
              </th>
            ))}
            <th className="num">{t('leaving.all_months')}</th>
            <th className="num">{t('leaving.share')}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>
              <b>{t('leaving.left')}</b>
            </td>
            {leaving.months.map(({ label, left, set }) => (
              <td className="num" key={label}>
                <People n={left} set={left > 0 ? (set ?? undefined) : undefined} />
              </td>
            ))}
            <td className="num">{format.count(leaving.total)}</td>
            <td className="num" />
          </tr>
        </tbody>
        {kKnown.map((known) => {
          const rows = leaving.reasons.filter((one) => one.known === known);
          if (rows.length === 0) return null;
          return (
            <tbody key={known}>
              <tr>
                <th scope="rowgroup" colSpan={leaving.months.length + 3}>
                  {word('left_known', known)}
                </th>
              </tr>
              {rows.map((row) => (
                <tr key={row.reason}>
                  <td>{name(row)}</td>
                  {row.by_month.map((n, i) => (
                    <td className="num" key={leaving.months[i]?.label ?? i}>
                      {n > 0 ? format.count(n) : ''}
                    </td>
                  ))}
                  <td className="num">
                    <People n={row.people} set={row.set ?? undefined} />
                  </td>
                  <td className="num">{format.percent(row.share)}</td>
                </tr>
              ))}
            </tbody>
          );
        })}
      </table>
    </div>
  );
}
