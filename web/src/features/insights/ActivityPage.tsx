import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Activity } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { PeriodBar, usePeriod } from '@/shared/PeriodBar';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { kMeasures, totalsOf, type Measure } from './activity';
import { ActivityChart } from './ActivityChart';
import { ActivityTable } from './ActivityTable';
import { Figure } from '@/shared/charts/Figure';

function Answer({ activity, measure }: { activity: Activity; measure: Measure }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { change } = useAddress();
  const totals = totalsOf(activity.rows);
  const money = (minor: number) => format.money(minor, { currency: activity.currency });
  if (totals.orders + totals.refunds === 0) {
    return (
      <Empty
        title={t('insight.no_orders')}
        hint={t('insight.no_orders_hint')}
        action={<LinkButton to="/imports">{t('nav.imports')}</LinkButton>}
      />
    );
  }
  return (
    <>
      <p>
        {t('insight.activity_totals', {
          orders: format.count(totals.orders),
          refunds: format.count(totals.refunds),
          anonymous: format.count(totals.anonymous_orders),
          revenue: money(totals.revenue_minor),
          customers: format.count(totals.new_customers),
        })}
      </p>
      <Figure
        title={t(`insight.measure_${measure}`)}
        file={`activity-${activity.by}.csv`}
        csv={() => [
          [
            'period',
            'customers',
            'new_customers',
            'orders',
            'refunds',
            'anonymous_orders',
            'revenue_minor',
            'currency',
            'repeat_customers',
            'repurchase_rate',
          ],
          ...activity.rows.map((row) => [
            row.label,
            row.customers,
            row.new_customers,
            row.orders,
            row.refunds,
            row.anonymous_orders,
            row.revenue_minor,
            activity.currency,
            row.repurchase.numerator,
            row.repurchase.rate,
          ]),
        ]}
        tools={
          <Segmented
            size="small"
            aria-label={t('insight.measure')}
            value={measure}
            onChange={(next) => change({ measure: next === 'customers' ? null : next })}
            options={kMeasures.map((value) => ({ value, label: t(`insight.measure_${value}`) }))}
          />
        }
        chart={<ActivityChart activity={activity} measure={measure} />}
        table={<ActivityTable activity={activity} />}
      />
    </>
  );
}

export default function ActivityPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const period = usePeriod();
  const measure = useAddress().word('measure', kMeasures, 'customers');
  const query = useQuery({
    queryKey: ['activity', period],
    queryFn: () => must(api.GET('/v1/insights/activity', { params: { query: period } })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead
        title={t('nav.activity')}
        lead={t('insight.activity_lead', { zone: format.zone })}
      />
      <div className="filters">
        <PeriodBar period={period} />
      </div>
      <Loaded query={query} rows={10}>
        {(activity) => <Answer activity={activity} measure={measure} />}
      </Loaded>
    </>
  );
}
