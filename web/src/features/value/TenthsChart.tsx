import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClvScores } from '@/api/value_types';
import { axes, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';

/** The value of each tenth of the customers, the lowest first. */
export function TenthsChart({ scores, currency }: { scores: ClvScores; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const theme = useThemeName();
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    const money = (minor: number) => format.money(minor, { whole: true, currency });
    return {
      ...axes(theme, {
        labels: scores.tenths.map((one) => t('clv.tenth_n', { n: one.tenth })),
        show: money,
      }),
      series: [
        {
          name: t('clv.value'),
          type: 'bar',
          barMaxWidth: 56,
          color: ink.hues[0] as string,
          data: scores.tenths.map((one) => one.value_minor),
          label: {
            show: true,
            position: 'top',
            color: ink.text,
            formatter: ({ value }) =>
              format.percent(Number(value) / Math.max(1, scores.value_minor), 0),
          },
        },
      ],
    };
  }, [scores, currency, theme, format, t]);
  return <Chart option={option} label={t('clv.distribution')} height={280} />;
}
