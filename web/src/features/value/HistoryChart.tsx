import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Stages } from '@/api/value_types';
import { axes, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { kStageColors, kStages } from '@/shared/colors';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** Customers by stage at the end of past months, stacked, each band named at its right end. */
export function HistoryChart({ stages }: { stages: Stages }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const theme = useThemeName();
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    const last = stages.history[stages.history.length - 1];
    const total = Object.values(last?.counts ?? {}).reduce((sum, people) => sum + people, 0) || 1;
    return {
      ...axes(theme, {
        labels: stages.history.map((row) => row.label),
        show: (value) => format.count(value),
        right: 90,
      }),
      series: kStages.map((stage) => ({
        name: word('stage', stage),
        type: 'bar' as const,
        stack: 'stages',
        barMaxWidth: 44,
        color: kStageColors[theme][stage] as string,
        itemStyle: { borderColor: ink.ground, borderWidth: 0.5 },
        data: stages.history.map((row, i) => {
          const isLast = i === stages.history.length - 1;
          const value = row.counts[stage] ?? 0;
          // Named beside its last bar, where the band is high enough for a line of text.
          const label = {
            show: isLast && value / total > 0.05,
            position: 'right' as const,
            formatter: word('stage', stage),
            color: ink.text,
          };
          return { value, label };
        }),
      })),
    };
  }, [stages, theme, format, word]);
  return <Chart option={option} label={t('stages.history')} height={320} />;
}
