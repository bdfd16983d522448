import { DownloadOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { RetentionTriangle } from '@/api/types';
import { download } from '@/shared/csv';
import { Empty } from '@/shared/Empty';
import { addDays } from '@/shared/format_time';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import type { PeriodChoice } from '@/shared/PeriodBar';
import { useWorkspace } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { CurveView } from './CurveView';
import { csvRows } from './triangle';
import { TriangleTable } from './TriangleTable';

const kActivities = ['any', 'order'] as const;
const kShown = ['percent', 'count'] as const;
const kDaysShown = 30; // a triangle of a whole year of days has 66,000 cells, which nobody reads

/** By day, only the last days unless a span is chosen. */
function useSpan(period: PeriodChoice): PeriodChoice {
  const { stands_on: standsOn } = useWorkspace();
  const format = useFormat();
  if (period.by !== 'day' || period.from) return period;
  return { ...period, from: addDays(format.isoDay(standsOn ?? Date.now()), -kDaysShown) };
}

function Answer({ triangle, counts }: { triangle: RetentionTriangle; counts: boolean }) {
  const { t } = useTranslation();
  if (triangle.cohorts.length === 0) {
    return (
      <Empty
        title={t('insight.no_orders')}
        hint={t('insight.no_orders_hint')}
        action={<LinkButton to="/imports">{t('nav.imports')}</LinkButton>}
      />
    );
  }
  return (
    <div className="stack">
      <TriangleTable triangle={triangle} counts={counts} />
      <CurveView triangle={triangle} />
    </div>
  );
}

export function TriangleView({ period }: { period: PeriodChoice }) {
  const { t } = useTranslation();
  const address = useAddress();
  const activity = address.word('activity', kActivities, 'any');
  const shown = address.word('show', kShown, 'percent');
  const span = useSpan(period);
  const query = useQuery({
    queryKey: ['triangle', span, activity],
    queryFn: () =>
      must(
        api.GET('/v1/insights/retention-triangle', { params: { query: { ...span, activity } } }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className="filters">
        <Segmented
          aria-label={t('retention.shown')}
          value={shown}
          onChange={(next) => address.change({ show: next === 'percent' ? null : next })}
          options={kShown.map((value) => ({ value, label: t(`retention.show_${value}`) }))}
        />
        <Segmented
          aria-label={t('retention.activity')}
          value={activity}
          onChange={(next) => address.change({ activity: next === 'any' ? null : next })}
          options={kActivities.map((value) => ({ value, label: t(`retention.activity_${value}`) }))}
        />
        <span className="grow" />
        <Button
          icon={<DownloadOutlined />}
          disabled={!query.data}
          onClick={() =>
            query.data &&
            download(`retention-${span.by}.csv`, csvRows(query.data, shown === 'count'))
          }
        >
          {t('do.csv')}
        </Button>
      </div>
      <Loaded query={query} rows={12}>
        {(triangle) => <Answer triangle={triangle} counts={shown === 'count'} />}
      </Loaded>
    </>
  );
}
