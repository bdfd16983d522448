import { Table, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Customer } from '@/api/types';
import { Stage } from '@/shared/Stage';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { usePaging } from '@/shared/use_paging';
import { useWords } from '@/shared/use_words';
import { kPageSize, type ListQuery, type Sort } from './query';

interface Props {
  list: { customers: Customer[]; total: number; currency: string } | undefined;
  query: ListQuery;
  loading: boolean;
}

export function CustomersTable({ list, query, loading }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const paging = usePaging();
  const { change } = useAddress();
  const sorted = (sort: Sort) => ({
    key: sort,
    sorter: true,
    sortDirections: ['descend', 'ascend', 'descend'] as ('descend' | 'ascend')[],
    sortOrder:
      query.sort === sort
        ? query.order === 'asc'
          ? ('ascend' as const)
          : ('descend' as const)
        : null,
  });
  const columns: TableColumnsType<Customer> = [
    {
      title: t('customer.name'),
      ...sorted('name'),
      render: (_, one) => (
        <Link to={`/customers/${one.id}`}>
          {one.name || one.user_id || t('customer.visitor', { id: one.id })}
        </Link>
      ),
    },
    {
      title: t('customer.user_id'),
      dataIndex: 'user_id',
      key: 'user_id',
      render: (id: string) => <span className="quiet">{id}</span>,
    },
    { title: t('customer.stage'), key: 'stage', render: (_, one) => <Stage stage={one.stage} /> },
    {
      title: t('customer.cell'),
      key: 'cell',
      render: (_, one) => (one.cell ? word('cell', one.cell) : ''),
    },
    { title: t('customer.country'), dataIndex: 'country', key: 'country' },
    {
      title: t('customer.orders'),
      ...sorted('orders'),
      className: 'num',
      render: (_, one) => format.count(one.orders),
    },
    {
      title: t('customer.refunds'),
      key: 'refunds',
      className: 'num',
      render: (_, one) => (one.refunds ? format.count(one.refunds) : ''),
    },
    {
      title: t('customer.revenue'),
      ...sorted('revenue'),
      className: 'num',
      render: (_, one) => format.money(one.revenue_minor, { currency: list?.currency ?? '' }),
    },
    {
      title: t('customer.first_order'),
      ...sorted('first_order'),
      className: 'num',
      render: (_, one) => format.day(one.first_order_at),
    },
    {
      title: t('customer.last_order'),
      ...sorted('last_order'),
      className: 'num',
      render: (_, one) => format.day(one.last_order_at),
    },
  ];
  return (
    <Table<Customer>
      size="small"
      rowKey="id"
      columns={columns}
      dataSource={list?.customers ?? []}
      loading={loading}
      scroll={{ x: 'max-content' }}
      pagination={{
        current: query.offset / kPageSize + 1,
        pageSize: kPageSize,
        total: list?.total ?? 0,
        ...paging,
        showTotal: (total, [from, to]) =>
          t('customers.range', {
            from: format.count(from),
            to: format.count(to),
            total: format.count(total),
          }),
      }}
      onChange={(page, _filters, sorter, extra) => {
        const one = Array.isArray(sorter) ? sorter[0] : sorter;
        if (extra.action === 'sort') {
          change({
            sort: String(one?.columnKey ?? ''),
            order: one?.order === 'ascend' ? 'asc' : null,
            page: null,
          });
        } else {
          change({ page: page.current === 1 ? null : page.current });
        }
      }}
    />
  );
}
