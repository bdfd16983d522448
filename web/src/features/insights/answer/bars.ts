// Bars: standing, lying, and without gaps for a histogram. Pure.
import type { EChartsOption } from 'echarts';
import { axes, inks } from '@/shared/charts/base';
import { items, legend, type ChartChoice } from './charts';
import type { Look } from './look';

export function barsOption(
  { labels, lines, show, stacked = false }: ChartChoice,
  look: Look,
): EChartsOption {
  const ink = inks(look.theme);
  const several = lines.length > 1;
  return {
    ...axes(look.theme, { labels, show, top: several ? 40 : 24 }),
    ...(several
      ? legend(
          lines.map((line) => line.name),
          look,
        )
      : {}),
    series: lines.map((line, i) => {
      const color = line.before
        ? ink.grey
        : (ink.hues[(line.hue ?? i) % ink.hues.length] as string);
      return {
        name: line.name,
        type: 'bar' as const,
        color,
        cursor: 'pointer',
        barMaxWidth: 44,
        ...(stacked ? { stack: 'all' } : {}),
        data: items(line, color),
      };
    }),
  };
}

/** Bars that lie, one for each label, the first at the top. */
export function lyingBarsOption(choice: ChartChoice, look: Look): EChartsOption {
  const { xAxis, yAxis, ...rest } = barsOption(choice, look);
  return {
    ...rest,
    grid: { ...(rest.grid as object), right: 36 },
    xAxis: yAxis as EChartsOption['xAxis'],
    yAxis: { ...(xAxis as object), inverse: true, axisLabel: { color: inks(look.theme).text } },
  } as EChartsOption;
}

/** Bars without gaps, for a histogram. */
export function histogramOption(choice: ChartChoice, look: Look): EChartsOption {
  const option = barsOption(choice, look);
  const series = (option.series as object[]).map((one) => ({
    ...one,
    barCategoryGap: '4%',
    barMaxWidth: 240,
  }));
  return { ...option, series } as EChartsOption;
}
