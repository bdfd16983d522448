import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Uplift } from '@/api/value_types';
import { axes, endLabel, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { Figure } from '@/shared/charts/Figure';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** What is gained when so large a share of people is treated, by each way to rank them. */
export function QiniChart({ uplift }: { uplift: Uplift }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const theme = useThemeName();
  const points = uplift.ranks[0]?.curve.length ?? 0;
  const shares = useMemo(
    () => Array.from({ length: points }, (_, i) => i / Math.max(1, points - 1)),
    [points],
  );
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    const last = uplift.ranks[0]?.curve[points - 1] ?? 0;
    const line = (name: string, color: string, data: number[], dashed = false) => ({
      name,
      type: 'line' as const,
      showSymbol: false,
      color,
      lineStyle: { type: dashed ? ('dashed' as const) : ('solid' as const), width: 2 },
      data,
      endLabel: endLabel(name, color),
      labelLayout: { moveOverlap: 'shiftY' as const },
    });
    return {
      ...axes(theme, {
        labels: shares.map((share) => format.percent(share, 0)),
        show: (value) => format.count(value, 3),
        right: 150,
      }),
      series: [
        line(
          t('uplift.chance'),
          ink.grey,
          shares.map((share) => share * last),
          true,
        ),
        ...uplift.ranks.map((one, i) =>
          line(word('learner', one.learner), ink.hues[i] as string, one.curve),
        ),
      ],
    };
  }, [uplift, points, shares, theme, format, word, t]);
  return (
    <Figure
      title={t('uplift.curve')}
      file="qini.csv"
      csv={() => [
        ['share_treated', ...uplift.ranks.map(({ learner }) => learner)],
        ...shares.map((share, i) => [share, ...uplift.ranks.map(({ curve }) => curve[i] ?? null)]),
      ]}
      chart={<Chart option={option} label={t('uplift.curve')} height={300} />}
      table={
        <table className="plain">
          <thead>
            <tr>
              <th>{t('uplift.share_treated')}</th>
              {uplift.ranks.map(({ learner }) => (
                <th className="num" key={learner}>
                  {word('learner', learner)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shares.map((share, i) => (
              <tr key={share}>
                <td>{format.percent(share, 0)}</td>
                {uplift.ranks.map(({ learner, curve }) => (
                  <td className="num" key={learner}>
                    {format.count(curve[i] ?? 0, 4)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}
