import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Overview } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { useFormat } from '@/shared/use_format';
import { AtRisk } from './AtRisk';
import { Campaigns } from './Campaigns';
import { Kept } from './Kept';
import { FirstSteps } from './FirstSteps';
import { Today } from './Today';
import { WhatChanged } from './WhatChanged';
import { WhoTheyAre } from './WhoTheyAre';

function Blocks({ overview }: { overview: Overview }) {
  if (overview.totals.orders === 0 && overview.totals.customers === 0) return <FirstSteps />;
  return (
    <>
      <WhatChanged overview={overview} />
      <div className="grid2">
        <Kept overview={overview} />
        <WhoTheyAre overview={overview} />
      </div>
      <AtRisk overview={overview} />
      <Campaigns overview={overview} />
      <Today overview={overview} />
    </>
  );
}

export default function OverviewPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({ queryKey: ['overview'], queryFn: () => must(api.GET('/v1/overview')) });
  const { data } = query;
  const lead = data
    ? t('overview.lead', {
        customers: format.count(data.totals.customers),
        orders: format.count(data.totals.orders),
        revenue: format.money(data.totals.revenue_minor, { whole: true }),
        at: format.dateTime(data.as_of),
        zone: data.zone,
      })
    : undefined;
  return (
    <>
      <PageHead title={t('nav.overview')} lead={lead} />
      <Loaded query={query} rows={14}>
        {(overview) => <Blocks overview={overview} />}
      </Loaded>
    </>
  );
}
