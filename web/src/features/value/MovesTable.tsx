import { useTranslation } from 'react-i18next';
import type { Rfm } from '@/api/value_types';
import { People } from '@/shared/People';
import { useWords } from '@/shared/use_words';

const kShown = 12;

/** The largest moves between RFM cells. */
export function MovesTable({ rfm }: { rfm: Rfm }) {
  const { t } = useTranslation();
  const word = useWords();
  const name = (cell: string) => (cell === 'none' ? t('rfm.no_customer') : word('cell', cell));
  const moves = rfm.moved
    .filter((one) => one.from !== one.to)
    .sort((a, b) => b.people - a.people)
    .slice(0, kShown);
  if (moves.length === 0) return <p className="quiet">{t('overview.flow_none')}</p>;
  return (
    <table className="plain">
      <tbody>
        {moves.map((one) => (
          <tr key={one.set}>
            <td>
              {name(one.from)} → {name(one.to)}
            </td>
            <td className="num">
              <People n={one.people} set={one.set} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
