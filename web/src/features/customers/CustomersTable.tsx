import { Table } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Customer } from '@/api/types';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { usePaging } from '@/shared/use_paging';
import { useColumns } from './columns';
import { kPageSize, type ListQuery } from './query';

interface Props {
  list: { customers: Customer[]; total: number; currency: string } | undefined;
  query: ListQuery;
  loading: boolean;
  columns: string[];
}

export function CustomersTable({ list, query, loading, columns }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const paging = usePaging();
  const { change } = useAddress();
  const shown = useColumns(columns, query, list?.currency ?? '');
  return (
    <Table<Customer>
      size="small"
      rowKey="id"
      columns={shown}
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
