import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Skeleton, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { QuarantineEntry } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { MendDialog } from './MendDialog';
import { readable, type QuarantineFilter } from './quarantine';

/** The entries of a filter, newest first; each opens to the event as it came. */
export function QuarantineList({ filter }: { filter: QuarantineFilter }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayMend = useRight('imports.write');
  const [mending, setMending] = useState<QuarantineEntry | null>(null);
  const query = useInfiniteQuery({
    queryKey: ['quarantine', 'list', filter],
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      must(
        api.GET('/v1/quarantine', {
          params: { query: pageParam ? { ...filter, before: pageParam } : filter },
        }),
      ),
    getNextPageParam: (page) =>
      page.entries.length ? page.entries[page.entries.length - 1]?.id : undefined,
  });
  if (query.isError) return <ProblemView error={query.error} retry={() => void query.refetch()} />;
  if (query.isPending) return <Skeleton active />;
  const entries = query.data.pages.flatMap((page) => page.entries);
  const total = query.data.pages[0]?.total ?? 0;
  const columns: TableColumnsType<QuarantineEntry> = [
    {
      title: t('data.at'),
      key: 'at',
      render: (_, one) => <span className="nowrap">{format.dateTime(one.received_at, true)}</span>,
    },
    { title: t('data.source'), dataIndex: 'source', key: 'source' },
    { title: t('data.where'), key: 'where', render: (_, one) => <code>{one.where}</code> },
    { title: t('data.reason'), dataIndex: 'reason', key: 'reason' },
  ];
  if (mayMend)
    columns.push({
      key: 'mend',
      className: 'num',
      render: (_, one) => (
        <Button size="small" onClick={() => setMending(one)}>
          {t('data.mend')}
        </Button>
      ),
    });
  return (
    <Section title={t('data.quarantine_total', { n: format.count(total) })}>
      <Table<QuarantineEntry>
        size="small"
        rowKey="id"
        columns={columns}
        dataSource={entries}
        pagination={false}
        scroll={{ x: 'max-content' }}
        expandable={{
          expandedRowRender: (one) => (
            <pre style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: 0 }}>
              {readable(one.body)}
            </pre>
          ),
        }}
      />
      {query.hasNextPage && entries.length < total ? (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('customer.earlier')}
        </Button>
      ) : null}
      {mending ? <MendDialog entry={mending} close={() => setMending(null)} /> : null}
    </Section>
  );
}
