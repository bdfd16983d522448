import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Stages } from '@/api/value_types';
import { inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { kStageColors, kStages } from '@/shared/colors';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/**
 * Who moved from which stage to which since the month began. Two columns, so that no flow runs in
 * a circle.
 */
export function FlowChart({ flow }: { flow: Stages['flow'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const theme = useThemeName();
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    const node = (side: string, stage: string, left: boolean) => ({
      name: `${side}:${stage}`,
      itemStyle: { color: kStageColors[theme][stage] ?? ink.grey },
      label: {
        formatter: word('stage', stage),
        color: ink.text,
        position: left ? ('left' as const) : ('right' as const),
      },
    });
    return {
      textStyle: { fontFamily: 'inherit' },
      tooltip: {
        trigger: 'item',
        backgroundColor: ink.ground,
        borderColor: ink.line,
        textStyle: { color: ink.text },
      },
      series: [
        {
          type: 'sankey',
          animation: false,
          left: 90,
          right: 90,
          top: 8,
          bottom: 8,
          layoutIterations: 0,
          data: [
            ...kStages
              .filter((stage) => flow.some((one) => one.from === stage))
              .map((stage) => node('from', stage, true)),
            ...kStages
              .filter((stage) => flow.some((one) => one.to === stage))
              .map((stage) => node('to', stage, false)),
          ],
          links: flow.map((one) => ({
            source: `from:${one.from}`,
            target: `to:${one.to}`,
            value: one.people,
          })),
          lineStyle: { color: 'source', opacity: 0.35 },
          tooltip: {
            formatter: (params: unknown) => {
              const { data, value } = params as {
                data: { source?: string; target?: string };
                value: number;
              };
              const name = (id: string | undefined) => word('stage', id?.split(':')[1] ?? '');
              return data.source
                ? `${name(data.source)} → ${name(data.target)}: ${format.count(value)}`
                : format.count(value);
            },
          },
        },
      ],
    };
  }, [flow, theme, format, word]);
  return <Chart option={option} label={t('stages.flow')} height={280} />;
}
