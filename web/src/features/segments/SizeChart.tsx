import { useQuery } from '@tanstack/react-query';
import type { EChartsOption } from 'echarts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { SegmentSize } from '@/api/types';
import { axes, inks } from '@/shared/charts/base';
import { Chart } from '@/shared/charts/Chart';
import { Figure } from '@/shared/charts/Figure';
import { Loaded } from '@/shared/Loaded';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';

function Sizes({ id, sizes }: { id: string; sizes: readonly SegmentSize[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const theme = useThemeName();
  const option = useMemo((): EChartsOption => {
    const ink = inks(theme);
    return {
      ...axes(theme, {
        labels: sizes.map((one) => format.dateTime(one.at)),
        show: (value) => format.count(value),
        right: 24,
      }),
      series: [
        {
          name: t('segment.people'),
          type: 'line',
          step: 'end',
          showSymbol: sizes.length <= 48,
          symbolSize: 5,
          color: ink.hues[0] as string,
          data: sizes.map((one) => one.people),
        },
      ],
    };
  }, [sizes, theme, format, t]);
  return (
    <Figure
      title={t('segment.size')}
      file={`segment-${id}-size.csv`}
      csv={() => [
        ['at', 'people', 'entered', 'left'],
        ...sizes.map((one) => [one.at, one.people, one.entered, one.left]),
      ]}
      chart={<Chart option={option} label={t('segment.size')} height={240} />}
      table={
        <table className="plain">
          <thead>
            <tr>
              <th>{t('segment.hour')}</th>
              <th className="num">{t('segment.people')}</th>
              <th className="num">{t('segment.entered')}</th>
              <th className="num">{t('segment.left')}</th>
            </tr>
          </thead>
          <tbody>
            {sizes.map((one) => (
              <tr key={one.at}>
                <td>{format.dateTime(one.at)}</td>
                <td className="num">{format.count(one.people)}</td>
                <td className="num">{format.count(one.entered)}</td>
                <td className="num">{format.count(one.left)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}

/** How many people were in the segment, hour by hour in which somebody came or went. */
export function SizeChart({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['segment-sizes', id],
    queryFn: () =>
      must(api.GET('/v1/segments/{id}/sizes', { params: { path: { id }, query: { days: 90 } } })),
  });
  return <Loaded query={query}>{({ sizes }) => <Sizes id={id} sizes={sizes} />}</Loaded>;
}
