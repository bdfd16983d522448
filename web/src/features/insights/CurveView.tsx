import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RetentionTriangle } from '@/api/types';
import { axes, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { Figure } from '@/shared/charts/Figure';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';

/**
 * The weighted curve: of all people whose cohort is old enough, the share active k periods later.
 */
export function CurveView({ triangle }: { triangle: RetentionTriangle }) {
  const { t } = useTranslation();
  const format = useFormat();
  const theme = useThemeName();
  const points = useMemo(
    () => triangle.average.filter((one) => one.rate !== null && one.offset > 0),
    [triangle],
  );
  const title = t('retention.curve');
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    return {
      ...axes(theme, {
        labels: points.map((one) => `+${one.offset}`),
        show: (value) => format.percent(value, 0),
        top: 28,
      }),
      series: [
        {
          name: title,
          type: 'line',
          symbolSize: 7,
          color: ink.hues[0] as string,
          data: points.map((one) => one.rate),
          label: {
            show: points.length <= 14,
            formatter: ({ value }) => format.percent(Number(value)),
            color: ink.text,
            position: 'top',
          },
        },
      ],
    };
  }, [points, theme, format, title]);
  if (points.length < 2) return null;
  return (
    <Figure
      title={title}
      file={`retention-curve-${triangle.by}.csv`}
      csv={() => [
        ['offset', 'rate', 'people', 'base'],
        ...triangle.average.map((one) => [one.offset, one.rate, one.people, one.base]),
      ]}
      chart={<Chart option={option} label={title} height={260} />}
      table={
        <table className="plain" style={{ maxWidth: 480 }}>
          <thead>
            <tr>
              <th>{t('retention.offset')}</th>
              <th className="num">{t('retention.rate')}</th>
              <th className="num">{t('retention.of')}</th>
            </tr>
          </thead>
          <tbody>
            {points.map((one) => (
              <tr key={one.offset}>
                <td>+{one.offset}</td>
                <td className="num">{format.percent(one.rate)}</td>
                <td className="num">
                  {format.count(one.people)} ÷ {format.count(one.base)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}
