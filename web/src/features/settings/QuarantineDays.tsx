import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { axes, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { Figure } from '@/shared/charts/Figure';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';
import { everyDay, type QuarantineDay } from './quarantine';

/** How many came in on each day, of those that are still here. */
export function QuarantineDays({ days }: { days: QuarantineDay[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const theme = useThemeName();
  const rows = useMemo(
    () => everyDay(days.map((one) => ({ day: format.isoDay(one.at), count: one.count }))),
    [days, format],
  );
  const option = useMemo((): EChartsOption => {
    const color = inks(theme).hues[0] as string;
    return {
      ...axes(theme, { labels: rows.map((one) => one.day), show: (n) => format.count(n) }),
      series: [
        {
          name: t('data.quarantine'),
          type: 'bar',
          barMaxWidth: 28,
          itemStyle: { color },
          data: rows.map((one) => one.count),
        },
      ],
    };
  }, [rows, theme, format, t]);
  return (
    <Figure
      title={t('data.quarantine_days')}
      file="quarantine-days.csv"
      csv={() => [['day', 'count'], ...rows.map((one) => [one.day, one.count])]}
      chart={<Chart option={option} label={t('data.quarantine_days')} height={160} />}
      table={
        <table className="plain" style={{ maxWidth: 360 }}>
          <thead>
            <tr>
              <th>{t('data.at')}</th>
              <th className="num">{t('data.count')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.day}>
                <td>{one.day}</td>
                <td className="num">{format.count(one.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}
