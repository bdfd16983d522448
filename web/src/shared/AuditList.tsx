import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Skeleton, Table, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { AuditEntry } from '@/api/types';
import { ProblemView } from './ProblemView';
import { useFormat } from './use_format';
import { useWords } from './use_words';

const kRows = 100;

/** Which entries: of actions that begin so, about a customer. */
export interface AuditAsk {
  action?: string;
  customer?: number;
}

/** Entries of the audit trail, newest first, a page at a time. */
export function AuditList({ ask, none }: { ask: AuditAsk; none?: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const query = useInfiniteQuery({
    queryKey: ['audit', ask],
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      must(
        api.GET('/v1/audit', {
          params: { query: { ...ask, ...(pageParam ? { before: pageParam } : {}), limit: kRows } },
        }),
      ),
    getNextPageParam: (page) =>
      page.entries.length === kRows ? page.entries[kRows - 1]?.id : undefined,
    staleTime: 0,
  });
  if (query.isError) return <ProblemView error={query.error} retry={() => void query.refetch()} />;
  if (query.isPending) return <Skeleton active />;
  const columns: TableColumnsType<AuditEntry> = [
    {
      title: t('data.at'),
      key: 'at',
      render: (_, one) => <span className="nowrap">{format.dateTime(one.at, true)}</span>,
    },
    { title: t('audit.actor'), key: 'actor', render: (_, one) => one.actor || one.actor_id },
    {
      title: t('audit.action'),
      key: 'action',
      render: (_, one) => word('audit_action', one.action),
    },
    { title: t('audit.object'), key: 'object', render: (_, one) => <code>{one.object}</code> },
    {
      title: t('audit.detail'),
      key: 'detail',
      render: (_, one) =>
        Object.keys(one.detail).length ? (
          <code style={{ overflowWrap: 'anywhere' }}>{JSON.stringify(one.detail)}</code>
        ) : null,
    },
  ];
  return (
    <div className="stack">
      <Table<AuditEntry>
        size="small"
        rowKey="id"
        columns={ask.customer ? columns.filter(({ key }) => key !== 'detail') : columns}
        dataSource={query.data.pages.flatMap((page) => page.entries)}
        pagination={false}
        {...(none ? { locale: { emptyText: none } } : {})}
      />
      {query.hasNextPage ? (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('customer.earlier')}
        </Button>
      ) : null}
    </div>
  );
}
