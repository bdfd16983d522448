// The charts that several analyses share. Pure: data and words in, options of ECharts out. A point
// carries the handle of the people behind it, which a click opens.
import type { EChartsOption } from 'echarts';
import { axes, endLabel, inks } from '@/shared/charts/base';
import type { Look } from './look';
import { axisOfSeconds } from './spans';

export interface Point {
  value: number | null;
  people?: string | undefined;
  about?: string;
}
export interface Line {
  name: string;
  points: Point[];
  /** What stands at its end, when that is shorter than its name. */
  label?: string;
  /** The previous period: grey and dashed. */
  before?: boolean;
  /** Which hue; lines of the same thing share one. */
  hue?: number;
}
export interface ChartChoice {
  /** The values are seconds: the axis stands at round spans of time. */
  seconds?: boolean;
  labels: string[];
  lines: Line[];
  show: (value: number) => string;
  stacked?: boolean;
}

const kDirectLabels = 6;

export const legend = (names: string[], look: Look) => {
  const ink = inks(look.theme);
  return {
    legend: {
      type: 'scroll' as const,
      data: names,
      left: 0,
      top: 0,
      itemWidth: 14,
      itemHeight: 10,
      textStyle: { color: ink.text },
      pageTextStyle: { color: ink.quiet },
    },
  };
};

const shorten = (name: string): string => (name.length > 22 ? `${name.slice(0, 21)}…` : name);

export function items(line: Line, color: string) {
  return line.points.map((point) => ({
    value: point.value,
    people: point.people,
    about: point.about,
    itemStyle: { color },
  }));
}

export function linesOption(choice: ChartChoice, look: Look): EChartsOption {
  const { labels, lines, show } = choice;
  const ink = inks(look.theme);
  // A line that ends in nothing has no end to stand at.
  const direct =
    lines.filter((line) => !line.before).length <= kDirectLabels &&
    lines.every((line) => (line.points.at(-1)?.value ?? null) !== null);
  // A single line is what the title says.
  const labelled = direct && lines.length > 1;
  const base = axes(look.theme, {
    labels,
    show,
    right: labelled ? 130 : 24,
    top: direct ? 16 : 40,
  });
  const top = Math.max(0, ...lines.flatMap((line) => line.points.map((one) => one.value ?? 0)));
  const step = choice.seconds ? axisOfSeconds(top) : {};
  return {
    ...base,
    yAxis: { ...base.yAxis, ...step } as EChartsOption['yAxis'],
    ...(direct
      ? {}
      : legend(
          lines.map((line) => line.name),
          look,
        )),
    series: lines.map((line, i) => {
      const color = line.before
        ? ink.grey
        : (ink.hues[(line.hue ?? i) % ink.hues.length] as string);
      return {
        name: line.name,
        type: 'line' as const,
        color,
        cursor: 'pointer',
        symbol: 'circle',
        symbolSize: labels.length > 60 ? 4 : 7,
        showSymbol: labels.length <= 120,
        lineStyle: {
          width: 2,
          type: line.before ? 'dashed' : i < ink.hues.length ? 'solid' : 'dotted',
        },
        data: items(line, color),
        ...(labelled
          ? {
              // A label that travels along a line has no place while the line has no value yet.
              animation: false,
              endLabel: endLabel(shorten(line.label ?? line.name), line.before ? ink.quiet : color),
              labelLayout: { moveOverlap: 'shiftY' as const },
            }
          : {}),
      };
    }),
  };
}
