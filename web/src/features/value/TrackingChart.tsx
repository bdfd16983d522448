import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { BackTestCard } from '@/api/value_types';
import { axes, endLabel, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';

/** Cumulative repeat purchases week by week: what happened, and what the model says. */
export function TrackingChart({ card }: { card: BackTestCard }) {
  const { t } = useTranslation();
  const format = useFormat();
  const theme = useThemeName();
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    const labels = card.tracking.map((week) => format.isoDay(week.week_end));
    const split = labels.findIndex((label) => label >= format.isoDay(card.split));
    const line = (name: string, color: string, values: number[], dashed: boolean) => ({
      name,
      type: 'line' as const,
      showSymbol: false,
      color,
      lineStyle: { type: dashed ? ('dashed' as const) : ('solid' as const) },
      data: values,
      endLabel: endLabel(name, color),
      labelLayout: { moveOverlap: 'shiftY' as const },
    });
    const actual = card.tracking.map((week) => week.actual);
    const expected = card.tracking.map((week) => week.expected);
    return {
      ...axes(theme, { labels, show: (value) => format.count(value), right: 90 }),
      series: [
        {
          ...line(t('clv.actual'), ink.grey, actual, false),
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: ink.quiet, type: 'dotted' },
            label: { color: ink.quiet, formatter: t('clv.split_here'), position: 'insideEndTop' },
            data: split < 0 ? [] : [{ xAxis: split }],
          },
        },
        line(t('clv.expected'), ink.hues[0] as string, expected, true),
      ],
    };
  }, [card, theme, format, t]);
  return <Chart option={option} label={t('clv.tracking')} height={300} />;
}
