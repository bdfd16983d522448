import { CloseOutlined, DownloadOutlined, SendOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Mark } from '@/shared/Mark';
import { PageHead } from '@/shared/PageHead';
import { ProblemView } from '@/shared/ProblemView';
import { SaveSegment } from '@/shared/SaveSegment';
import { useRight } from '@/shared/session';
import { useSetSentence } from '@/shared/set_sentence';
import { audienceOf, parseSet } from '@/shared/set_words';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useSegmentName } from '@/shared/use_segments';
import { CustomersTable } from './CustomersTable';
import { Filters } from './Filters';
import { exportPath, queryOf } from './query';

/** The name of the campaign or segment that a set speaks of. */
function useNameIn(set: string): (id: string) => string {
  const parsed = parseSet(set);
  const segmentName = useSegmentName(parsed.kind === 'segment');
  const id = 'campaign' in parsed ? parsed.campaign : '';
  const may = useRight('campaigns.read');
  const { data } = useQuery({
    queryKey: ['campaign', id],
    queryFn: () => must(api.GET('/v1/campaigns/{id}', { params: { path: { id } } })),
    enabled: id !== '' && may,
  });
  if (parsed.kind === 'segment') return segmentName;
  return (asked) => (data && data.id === asked ? data.name : asked);
}

function SetChip({ set }: { set: string }) {
  const { t } = useTranslation();
  const sentence = useSetSentence();
  const name = useNameIn(set);
  const address = useAddress();
  return (
    <Mark kind="good">
      {sentence(set, name)}{' '}
      <Button
        type="text"
        size="small"
        aria-label={t('do.remove_filter')}
        icon={<CloseOutlined />}
        onClick={() => address.change({ set: null, page: null })}
      />
    </Mark>
  );
}

function Actions({ set, csv }: { set: string; csv: string }) {
  const { t } = useTranslation();
  const mayExport = useRight('customers.export');
  const mayWrite = useRight('campaigns.write');
  const audience = audienceOf(set);
  const params = new URLSearchParams();
  if (audience?.stages.length) params.set('stages', audience.stages.join(','));
  if (audience?.cells.length) params.set('cells', audience.cells.join(','));
  return (
    <>
      {set ? <SaveSegment set={set} /> : null}
      {mayExport ? (
        <Button icon={<DownloadOutlined />} href={csv} download>
          {t('do.csv')}
        </Button>
      ) : null}
      {mayWrite && audience ? (
        <LinkButton
          type="primary"
          icon={<SendOutlined />}
          to={`/campaigns/new?${params.toString()}`}
        >
          {t('customers.recall')}
        </LinkButton>
      ) : null}
    </>
  );
}

export default function CustomersPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress();
  const query = useMemo(() => queryOf(address.params), [address.params]);
  const list = useQuery({
    queryKey: ['customers', query],
    queryFn: () => must(api.GET('/v1/customers', { params: { query } })),
    placeholderData: keepPreviousData,
  });
  const filtered = Boolean(query.search || query.set || query.country || query.known !== 'yes');
  const lead = list.data
    ? t('customers.lead', { n: format.count(list.data.total), zone: format.zone })
    : t('customers.lead_wait');
  return (
    <>
      <PageHead title={t('nav.customers')} lead={lead}>
        <Actions set={query.set ?? ''} csv={exportPath(query)} />
      </PageHead>
      <Filters
        key={query.set ?? ''}
        query={query}
        countries={list.data?.customers.map((one) => one.country) ?? []}
      />
      {query.set ? (
        <div className="filters">
          <SetChip set={query.set} />
        </div>
      ) : null}
      {list.isError ? <ProblemView error={list.error} retry={() => void list.refetch()} /> : null}
      {list.data?.total === 0 ? (
        filtered ? (
          <Empty
            title={t('customers.none_found')}
            hint={t('customers.none_found_hint')}
            action={<LinkButton to="/customers">{t('do.clear_filters')}</LinkButton>}
          />
        ) : (
          <Empty
            title={t('customers.none')}
            hint={t('customers.none_hint')}
            action={<LinkButton to="/imports">{t('nav.imports')}</LinkButton>}
          />
        )
      ) : (
        <CustomersTable list={list.data} query={query} loading={list.isFetching} />
      )}
    </>
  );
}
