import type { TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Customer } from '@/api/types';
import { Stage } from '@/shared/Stage';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { isTrait, traitOf, kSorts, type ColumnWord, type ListQuery, type Sort } from './query';

type Column = TableColumnsType<Customer>[number];

const show = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

/** The table's columns for the words chosen, in that order. */
export function useColumns(words: string[], query: ListQuery, currency: string): Column[] {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const cells: Record<ColumnWord, (one: Customer) => React.ReactNode> = {
    name: (one) => (
      <Link to={`/customers/${one.id}`}>
        {one.name || one.user_id || t('customer.visitor', { id: one.id })}
      </Link>
    ),
    user_id: (one) => <span className="quiet">{one.user_id}</span>,
    email: (one) => one.email,
    phone: (one) => one.phone,
    stage: (one) => <Stage stage={one.stage} />,
    cell: (one) => (one.cell ? word('cell', one.cell) : ''),
    country: (one) => one.country,
    orders: (one) => format.count(one.orders),
    refunds: (one) => (one.refunds ? format.count(one.refunds) : ''),
    revenue: (one) => format.money(one.revenue_minor, { currency }),
    first_order: (one) => format.day(one.first_order_at),
    last_order: (one) => format.day(one.last_order_at),
    first_seen: (one) => format.day(one.first_seen_at),
    last_seen: (one) => format.day(one.last_seen_at),
    health: (one) => (typeof one.health === 'number' ? format.count(one.health) : ''),
  };
  const kNumbers = ['orders', 'refunds', 'revenue', 'health'];
  const sorting = (sort: string): Partial<Column> =>
    kSorts.includes(sort as Sort)
      ? {
          sorter: true,
          sortDirections: ['descend', 'ascend', 'descend'],
          sortOrder: query.sort === sort ? (query.order === 'asc' ? 'ascend' : 'descend') : null,
        }
      : {};
  return words.map((column): Column => {
    if (isTrait(column)) {
      const trait = traitOf(column);
      return { title: trait, key: column, render: (_, one) => show(one.traits?.[trait]) };
    }
    const known = column as ColumnWord;
    const numeric = kNumbers.includes(known) || /_(order|seen)$/.test(known);
    return {
      title: t(`customer.${known}`),
      key: known,
      ...(numeric ? { className: 'num' } : {}),
      ...sorting(known),
      render: (_, one) => cells[known](one),
    };
  });
}
