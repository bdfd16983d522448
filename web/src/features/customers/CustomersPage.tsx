import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { PageHead } from '@/shared/PageHead';
import { ProblemView } from '@/shared/ProblemView';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { CustomersTable } from './CustomersTable';
import { Filters } from './Filters';
import { ListActions } from './ListActions';
import { ListTools } from './ListTools';
import { exportPath, isTrait, queryOf, traitOf } from './query';
import { SetChip } from './SetChip';
import { useViews } from './use_views';

export default function CustomersPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress();
  const query = useMemo(() => queryOf(address.params), [address.params]);
  const views = useViews();
  const traits = views.columns.filter(isTrait).map(traitOf).join(',');
  const list = useQuery({
    queryKey: ['customers', query, traits],
    queryFn: () =>
      must(
        api.GET('/v1/customers', {
          params: { query: { ...query, ...(traits ? { traits } : {}) } },
        }),
      ),
    enabled: views.ready,
    placeholderData: keepPreviousData,
  });
  const filtered = Boolean(query.search || query.set || query.country || query.known !== 'yes');
  const lead = list.data
    ? t('customers.lead', { n: format.count(list.data.total), zone: format.zone })
    : t('customers.lead_wait');
  return (
    <>
      <PageHead title={t('nav.customers')} lead={lead}>
        <ListActions set={query.set ?? ''} csv={exportPath(query, views.columns)} />
      </PageHead>
      <Filters
        key={query.set ?? ''}
        query={query}
        countries={list.data?.customers.map((one) => one.country) ?? []}
      />
      <ListTools query={query} views={views} />
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
        <CustomersTable
          list={list.data}
          query={query}
          loading={list.isFetching}
          columns={views.columns}
        />
      )}
    </>
  );
}
