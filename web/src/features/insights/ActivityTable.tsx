import { Table, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Activity, ActivityRow } from '@/api/types';
import { People } from '@/shared/People';
import { useFormat } from '@/shared/use_format';
import { usePaging } from '@/shared/use_paging';

const kRows = 60;

export function ActivityTable({ activity }: { activity: Activity }) {
  const { t } = useTranslation();
  const format = useFormat();
  const paging = usePaging();
  const columns: TableColumnsType<ActivityRow> = [
    {
      title: t('insight.period'),
      key: 'label',
      fixed: 'left',
      render: (_, row) => (
        <span className="nowrap">
          {row.label}{' '}
          {row.complete ? null : <span className="quiet small">{t('insight.open')}</span>}
        </span>
      ),
    },
    {
      title: t('insight.measure_customers'),
      key: 'customers',
      className: 'num',
      render: (_, row) => <People n={row.customers} set={row.sets?.customers} />,
    },
    {
      title: t('insight.new_customers'),
      key: 'new',
      className: 'num',
      render: (_, row) => <People n={row.new_customers} set={row.sets?.new} />,
    },
    {
      title: t('insight.measure_orders'),
      key: 'orders',
      className: 'num',
      render: (_, row) => format.count(row.orders),
    },
    {
      title: t('insight.refunds'),
      key: 'refunds',
      className: 'num',
      render: (_, row) => format.count(row.refunds),
    },
    {
      title: t('insight.anonymous'),
      key: 'anonymous',
      className: 'num',
      render: (_, row) => format.count(row.anonymous_orders),
    },
    {
      title: t('insight.measure_revenue'),
      key: 'revenue',
      className: 'num',
      render: (_, row) => format.money(row.revenue_minor, { currency: activity.currency }),
    },
    {
      title: t('insight.measure_repurchase'),
      key: 'repurchase',
      className: 'num',
      render: (_, row) => (
        <span className="nowrap">
          {format.percent(row.repurchase.rate)}{' '}
          <span className="quiet small">
            <People n={row.repurchase.numerator} set={row.sets?.repeat} />/
            {format.count(row.repurchase.denominator)}
          </span>
        </span>
      ),
    },
  ];
  return (
    <Table<ActivityRow>
      size="small"
      rowKey="label"
      columns={columns}
      dataSource={[...activity.rows].reverse()}
      scroll={{ x: 'max-content' }}
      pagination={activity.rows.length > kRows ? { pageSize: kRows, ...paging } : false}
    />
  );
}
