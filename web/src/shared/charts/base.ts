// What every chart has in common: type, axes, tooltip, colours of the theme.
import type { EChartsOption } from 'echarts';
import { kGrey, kHues } from '../colors';
import type { ThemeName } from '../theme_choice';

interface Inks {
  text: string;
  quiet: string;
  line: string;
  ground: string;
  grey: string;
  hues: string[];
}

export function inks(theme: ThemeName): Inks {
  const dark = theme === 'dark';
  return {
    text: dark ? '#e4eae8' : '#1b2421',
    quiet: dark ? '#98a39f' : '#5e6b67',
    line: dark ? '#2a3230' : '#e6eae8',
    ground: dark ? '#1c2221' : '#ffffff',
    grey: kGrey[theme],
    hues: [...kHues[theme]],
  };
}

export interface AxesChoice {
  labels: string[];
  show: (value: number) => string;
  right?: number;
  top?: number | undefined;
  max?: number | undefined;
}

/** Options with a category axis below and a value axis from zero. */
export function axes(
  theme: ThemeName,
  { labels, show, right = 16, top = 16, max }: AxesChoice,
): EChartsOption {
  const ink = inks(theme);
  return {
    color: ink.hues,
    animationDuration: 200,
    textStyle: { fontFamily: 'inherit', color: ink.text },
    grid: { left: 8, right, top, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      backgroundColor: ink.ground,
      borderColor: ink.line,
      textStyle: { color: ink.text, fontSize: 13 },
      valueFormatter: (value) => (typeof value === 'number' ? show(value) : '–'),
    },
    xAxis: {
      type: 'category',
      data: labels,
      axisLine: { lineStyle: { color: ink.line } },
      axisTick: { show: false },
      axisLabel: { color: ink.quiet, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      min: (range: { min: number }) => Math.min(0, range.min),
      ...(max === undefined ? {} : { max }),
      axisLabel: { color: ink.quiet, formatter: (value: number) => show(value) },
      splitLine: { lineStyle: { color: ink.line } },
    },
  };
}

/** A direct label at the end of a line, in place of a legend. */
export const endLabel = (name: string, color: string) => ({
  show: true,
  formatter: () => name,
  color,
  fontWeight: 600 as const,
  distance: 6,
});
