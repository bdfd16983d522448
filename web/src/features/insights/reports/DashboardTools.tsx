import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Dashboard, Report } from '@/api/types';
import { LateName } from './LateName';
import { inOrder, withTile } from './tiles';

const kMinutes = [0, 5, 15, 60, 360, 1440] as const;

interface Props {
  dashboard: Dashboard;
  reports: Report[];
  change: (patch: Partial<Pick<Dashboard, 'name' | 'tiles' | 'refresh_minutes'>>) => void;
  busy: boolean;
}

/** Name, reports and refresh of a dashboard. */
export function DashboardTools({ dashboard, reports, change, busy }: Props) {
  const { t } = useTranslation();
  return (
    <div className="filters">
      <LateName value={dashboard.name} onChange={(name) => change({ name })} />
      <Select<string>
        showSearch
        optionFilterProp="label"
        aria-label={t('dashboard.add')}
        placeholder={t('dashboard.add')}
        style={{ width: 260 }}
        disabled={busy}
        value={null}
        onChange={(id) => change({ tiles: withTile(inOrder(dashboard.tiles), id) })}
        options={reports.map((one) => ({ value: one.id, label: one.name }))}
        notFoundContent={<span className="quiet">{t('report.none')}</span>}
      />
      <Select<number>
        aria-label={t('dashboard.refresh_every')}
        popupMatchSelectWidth={false}
        value={dashboard.refresh_minutes}
        onChange={(minutes) => change({ refresh_minutes: minutes })}
        options={[...new Set([...kMinutes, dashboard.refresh_minutes])].map((value) => ({
          value,
          label:
            value === 0
              ? t('dashboard.refresh_never')
              : t('dashboard.refresh_minutes', { count: value }),
        }))}
      />
    </div>
  );
}
