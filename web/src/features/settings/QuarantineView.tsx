import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Skeleton, Table, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { QuarantineEntry } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';

/** Events that could not be taken: nothing is lost silently. */
export function QuarantineView() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useInfiniteQuery({
    queryKey: ['quarantine'],
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      must(
        api.GET('/v1/quarantine', { params: { query: pageParam ? { before: pageParam } : {} } }),
      ),
    getNextPageParam: (page) =>
      page.entries.length ? page.entries[page.entries.length - 1]?.id : undefined,
  });
  if (query.isError) return <ProblemView error={query.error} retry={() => void query.refetch()} />;
  if (query.isPending) return <Skeleton active />;
  const entries = query.data.pages.flatMap((page) => page.entries);
  const total = query.data.pages[0]?.total ?? 0;
  if (total === 0)
    return <Empty title={t('data.quarantine_empty')} hint={t('data.quarantine_hint')} />;
  const columns: TableColumnsType<QuarantineEntry> = [
    {
      title: t('data.at'),
      key: 'at',
      render: (_, one) => <span className="nowrap">{format.dateTime(one.received_at, true)}</span>,
    },
    { title: t('data.source'), dataIndex: 'source', key: 'source' },
    { title: t('data.reason'), dataIndex: 'reason', key: 'reason' },
    { title: t('data.where'), key: 'where', render: (_, one) => <code>{one.where}</code> },
  ];
  return (
    <>
      <p>{t('data.quarantine_total', { n: format.count(total) })}</p>
      <Table<QuarantineEntry>
        size="small"
        rowKey="id"
        columns={columns}
        dataSource={entries}
        pagination={false}
        expandable={{
          expandedRowRender: (one) => (
            <pre style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: 0 }}>
              {one.body}
            </pre>
          ),
        }}
      />
      {query.hasNextPage && entries.length < total ? (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('customer.earlier')}
        </Button>
      ) : null}
    </>
  );
}
