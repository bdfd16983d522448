import { useTranslation } from 'react-i18next';
import type { BackTestCard } from '@/api/value_types';
import { People } from '@/shared/People';
import { useFormat } from '@/shared/use_format';

interface Props {
  title: string;
  rows: BackTestCard['by_repeats'];
  name: (row: number) => string;
}

/** Purchases a customer after the split, forecast beside what happened. */
export function BackTestTable({ title, rows, name }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>{title}</th>
          <th className="num">{t('retention.people')}</th>
          <th className="num">{t('clv.expected')}</th>
          <th className="num">{t('clv.actual')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={name(i)}>
            <td>{name(i)}</td>
            <td className="num">
              <People n={row.people} set={row.people > 0 ? row.set : undefined} />
            </td>
            <td className="num">{format.count(row.expected, 2)}</td>
            <td className="num">{format.count(row.actual, 2)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
