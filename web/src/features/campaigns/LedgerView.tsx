import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select, Table, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { Campaign, SendRow } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { usePaging } from '@/shared/use_paging';
import { useWords } from '@/shared/use_words';
import { verdictCounts } from './result';

const kRows = 50;
const kPollMs = 2000;

/** The send ledger: one row for every person considered, with a verdict and its reason. */
export function LedgerView({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const paging = usePaging();
  const address = useAddress();
  const verdict = address.text('verdict');
  const page = Math.max(1, address.number('page', 1));
  const query = useQuery({
    queryKey: ['sends', campaign.id, verdict, page],
    queryFn: () =>
      must(
        api.GET('/v1/campaigns/{id}/sends', {
          params: {
            path: { id: campaign.id },
            query: { ...(verdict ? { verdict } : {}), offset: (page - 1) * kRows, limit: kRows },
          },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: campaign.state === 'sending' ? kPollMs : false,
  });
  const columns: TableColumnsType<SendRow> = [
    {
      title: t('customer.name'),
      key: 'name',
      render: (_, row) => (
        <Link to={`/customers/${row.person_id}`}>{row.name || row.person_id}</Link>
      ),
    },
    { title: t('campaign.address'), dataIndex: 'address', key: 'address' },
    { title: t('campaign.arm'), key: 'arm', render: (_, row) => word('arm', row.arm) },
    {
      title: t('campaign.verdict'),
      key: 'verdict',
      render: (_, row) => word('verdict', row.verdict),
    },
    {
      title: t('campaign.reason'),
      key: 'reason',
      render: (_, row) => <span className="quiet">{word('send_reason', row.reason)}</span>,
    },
    {
      title: t('campaign.at'),
      key: 'at',
      className: 'num',
      render: (_, row) => format.dateTime(row.at, true),
    },
  ];
  return (
    <>
      <div className="filters">
        <Select
          allowClear
          aria-label={t('campaign.verdict')}
          placeholder={t('campaign.all_verdicts')}
          value={verdict || undefined}
          onChange={(next: string | undefined) => address.change({ verdict: next, page: null })}
          options={verdictCounts(campaign.counts).map((one) => ({
            value: one.verdict,
            label: `${word('verdict', one.verdict)} (${format.count(one.people)})`,
          }))}
          style={{ width: 220 }}
        />
      </div>
      {query.isError ? (
        <ProblemView error={query.error} retry={() => void query.refetch()} />
      ) : null}
      <Table<SendRow>
        size="small"
        rowKey="person_id"
        columns={columns}
        dataSource={query.data?.sends ?? []}
        loading={query.isPending}
        scroll={{ x: 'max-content' }}
        pagination={{
          current: page,
          pageSize: kRows,
          total: query.data?.total ?? 0,
          ...paging,
        }}
        onChange={(next) => address.change({ page: next.current === 1 ? null : next.current })}
      />
    </>
  );
}
