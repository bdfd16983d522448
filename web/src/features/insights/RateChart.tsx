import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RetentionRate } from '@/api/types';
import { axes, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** The retention rate by period, with the ranges that are usual in three industries behind it. */
export function RateChart({ answer }: { answer: RetentionRate }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const theme = useThemeName();
  const name = t('retention.rate');
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    const shown = answer.rows.filter((row) => row.complete && row.rate.rate !== null);
    const benchmarks = answer.benchmarks.filter(({ industry }) => industry !== 'finance');
    return {
      ...axes(theme, {
        labels: shown.map((row) => row.label),
        show: (value) => format.percent(value, 0),
        right: 90,
      }),
      series: [
        {
          name,
          type: 'line',
          symbolSize: 7,
          color: ink.hues[0] as string,
          data: shown.map((row) => row.rate.rate),
          label: {
            show: shown.length <= 16,
            formatter: ({ value }) => format.percent(Number(value)),
            color: ink.text,
            position: 'top',
          },
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: ink.grey, type: 'dashed' },
            label: { color: ink.quiet, position: 'end', formatter: '{b}' },
            data: benchmarks
              .filter(({ low, high }) => low === high)
              .map(({ industry, low }) => ({ yAxis: low, name: word('industry', industry) })),
          },
          markArea: {
            silent: true,
            itemStyle: { color: ink.grey, opacity: 0.12 },
            label: { color: ink.quiet, position: 'right' },
            data: benchmarks
              .filter(({ low, high }) => low !== high)
              .map(({ industry, low, high }) => [
                { yAxis: low, name: word('industry', industry) },
                { yAxis: high },
              ]),
          },
        },
      ],
    };
  }, [answer, theme, format, word, name]);
  return <Chart option={option} label={name} height={300} />;
}
