import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Activity } from '@/api/types';
import { axes, endLabel, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { customersPath } from '@/shared/set_words';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat, type Formats } from '@/shared/use_format';
import { setOf, valueOf, type Measure } from './activity';

function shower(measure: Measure, currency: string, format: Formats): (value: number) => string {
  if (measure === 'revenue') return (value) => format.money(value, { whole: true, currency });
  if (measure === 'repurchase') return (value) => format.percent(value);
  return (value) => format.count(value);
}

export function ActivityChart({ activity, measure }: { activity: Activity; measure: Measure }) {
  const { t } = useTranslation();
  const format = useFormat();
  const theme = useThemeName();
  const navigate = useNavigate();
  const name = t(`insight.measure_${measure}`);
  const newName = t('insight.new_customers');
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    const first = ink.hues[0] as string;
    const second = ink.hues[1] as string;
    const base = axes(theme, {
      labels: activity.rows.map((row) => row.label),
      show: shower(measure, activity.currency, format),
      right: 96,
    });
    const open = (complete: boolean, color: string) =>
      complete ? { color } : { color, opacity: 0.45, decal: { symbol: 'rect' } };
    const main = {
      name,
      data: activity.rows.map((row) => ({
        value: valueOf(row, measure) ?? 0,
        itemStyle: open(row.complete, first),
      })),
      cursor: 'pointer',
    };
    if (measure === 'repurchase') {
      return {
        ...base,
        series: [
          {
            ...main,
            type: 'line' as const,
            symbolSize: 7,
            endLabel: endLabel(name, first),
            data: activity.rows.map((row) => row.repurchase.rate),
          },
        ],
      };
    }
    const bar = { ...main, type: 'bar' as const, barMaxWidth: 36 };
    if (measure !== 'customers') return { ...base, series: [bar] };
    const line = {
      name: newName,
      type: 'line' as const,
      symbolSize: 6,
      color: second,
      data: activity.rows.map((row) => row.new_customers),
      endLabel: endLabel(newName, second),
    };
    return { ...base, series: [bar, line] };
  }, [activity, measure, theme, format, name, newName]);
  return (
    <>
      <Chart
        option={option}
        label={t('insight.chart_label', {
          measure: name,
          from: activity.rows[0]?.label ?? '',
          to: activity.rows[activity.rows.length - 1]?.label ?? '',
        })}
        height={340}
        onPick={(index, series) => {
          const row = activity.rows[index];
          const set = row && (series === newName ? row.sets?.new : setOf(row, measure));
          if (set) void navigate(customersPath(set));
        }}
      />
      <p className="quiet small">{t('insight.chart_hint')}</p>
    </>
  );
}
