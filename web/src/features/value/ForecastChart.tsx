import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Forecast } from '@/api/value_types';
import { axes, endLabel, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';

const kShown = 78; // weeks of the past: enough to see a year, few enough to see the weeks ahead

/** The weeks behind and ahead, with the two intervals drawn around the weeks ahead. */
export function ForecastChart({ forecast }: { forecast: Forecast }) {
  const { t } = useTranslation();
  const format = useFormat();
  const theme = useThemeName();
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    const money = forecast.of === 'revenue';
    const show = (value: number) =>
      money
        ? format.money(value, { whole: true, currency: forecast.currency })
        : format.count(value);
    const past = forecast.past.slice(-kShown);
    const before = past.map(() => null);
    const accent = ink.hues[0] as string;
    // A band is drawn as its lower edge, unseen, with its height stacked upon it.
    const band = (name: string, low: number[], high: number[], opacity: number) => [
      {
        name: `${name} low`,
        type: 'line' as const,
        stack: name,
        stackStrategy: 'all' as const,
        showSymbol: false,
        silent: true,
        lineStyle: { opacity: 0 },
        tooltip: { show: false },
        data: [...before, ...low],
      },
      {
        name,
        type: 'line' as const,
        stack: name,
        stackStrategy: 'all' as const,
        showSymbol: false,
        silent: true,
        color: accent,
        lineStyle: { opacity: 0 },
        areaStyle: { color: accent, opacity },
        tooltip: { show: false },
        data: [...before, ...high.map((value, i) => value - (low[i] as number))],
      },
    ];
    const { weeks } = forecast;
    return {
      ...axes(theme, {
        labels: [...past, ...weeks].map((one) => format.isoDay(one.week)),
        show,
        right: 90,
      }),
      // The label at a line's end has no place while a line that begins with gaps is drawn.
      animation: false,
      series: [
        ...band(
          '95 %',
          weeks.map((one) => one.low_95),
          weeks.map((one) => one.high_95),
          0.1,
        ),
        ...band(
          '80 %',
          weeks.map((one) => one.low_80),
          weeks.map((one) => one.high_80),
          0.2,
        ),
        {
          name: t('clv.actual'),
          type: 'line',
          showSymbol: false,
          color: ink.grey,
          data: past.map((one) => one.value),
        },
        {
          name: t('clv.expected'),
          type: 'line',
          showSymbol: false,
          color: accent,
          lineStyle: { type: 'dashed' },
          data: [...before, ...weeks.map((one) => one.value)],
          endLabel: endLabel(t('clv.expected'), accent),
        },
      ],
    };
  }, [forecast, theme, format, t]);
  return <Chart option={option} label={t('nav.forecast')} height={340} />;
}
