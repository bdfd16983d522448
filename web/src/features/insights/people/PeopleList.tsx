import { DownloadOutlined, TeamOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must, problemOf } from '@/api/client';
import type { Customer } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { SaveSegment } from '@/shared/SaveSegment';
import { useRight } from '@/shared/session';
import { customersPath } from '@/shared/set_words';
import { Stage } from '@/shared/Stage';
import { useFormat } from '@/shared/use_format';
import { usePaging } from '@/shared/use_paging';
import type { Opened } from './open_people';
import { TraceView } from './TraceView';
import { traceable } from './traceable';

const kPage = 20;

/** The people behind one number, page by page, with what can be done with them. */
export function PeopleList({ opened }: { opened: Opened }) {
  const { t } = useTranslation();
  const format = useFormat();
  const paging = usePaging();
  const mayExport = useRight('customers.export');
  const [page, setPage] = useState(1);
  const { handle, question } = opened;
  const query = useQuery({
    queryKey: ['people-behind', handle, page],
    queryFn: () =>
      must(
        api.GET('/v1/insights/people', {
          params: { query: { handle, offset: (page - 1) * kPage, limit: kPage } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const columns: TableColumnsType<Customer> = [
    {
      title: t('customer.name'),
      key: 'name',
      render: (_, one) => (
        <Link to={`/customers/${one.id}`}>{one.name || one.user_id || `#${one.id}`}</Link>
      ),
    },
    { title: t('customer.stage'), key: 'stage', render: (_, one) => <Stage stage={one.stage} /> },
    {
      title: t('insight.measure_orders'),
      key: 'orders',
      className: 'num',
      render: (_, one) => format.count(one.orders),
    },
    {
      title: t('insight.measure_revenue'),
      key: 'revenue',
      className: 'num',
      render: (_, one) =>
        format.money(one.revenue_minor, { currency: query.data?.currency ?? format.currency }),
    },
    {
      title: t('answer.last_seen'),
      key: 'seen',
      className: 'num',
      render: (_, one) => format.day(one.last_seen_at),
    },
  ];
  if (query.isError && problemOf(query.error, 0).problem.code === 'not_found')
    return <Empty title={t('answer.people_gone')} hint={t('answer.people_gone_hint')} />;
  return (
    <Loaded query={query}>
      {({ customers, total }) => (
        <div className="stack tight">
          <div className="row">
            <b className="grow">{t('answer.people_total', { n: format.count(total) })}</b>
            <SaveSegment size="small" set={`people:${handle}`} about={opened.about} />
            <LinkButton size="small" icon={<TeamOutlined />} to={customersPath(`people:${handle}`)}>
              {t('answer.in_customers')}
            </LinkButton>
            {mayExport ? (
              <Button
                size="small"
                icon={<DownloadOutlined />}
                href={`/v1/insights/people.csv?handle=${encodeURIComponent(handle)}`}
                download
              >
                {t('answer.download_csv')}
              </Button>
            ) : null}
          </div>
          <Table<Customer>
            size="small"
            rowKey="id"
            columns={columns}
            dataSource={customers}
            scroll={{ x: 'max-content' }}
            {...(question && traceable(question)
              ? {
                  expandable: {
                    columnTitle: <span className="small">{t('trace.why')}</span>,
                    expandedRowRender: (one: Customer) => (
                      <TraceView question={question} person={one.id} />
                    ),
                  },
                }
              : {})}
            pagination={{
              current: page,
              pageSize: kPage,
              total,
              onChange: setPage,
              hideOnSinglePage: true,
              ...paging,
            }}
          />
        </div>
      )}
    </Loaded>
  );
}
