// Retention: the heat map's colours, its table, its curve, and its picture. Pure.
import type { EChartsOption } from 'echarts';
import { heat } from '@/shared/colors';
import { axes, inks } from '@/shared/charts/base';
import type { AnswerOf } from './answers';
import { linesOption } from './charts';
import { groupName, periodName, type Look } from './look';
import { measured, number, period, word, type Sheet } from './sheet';

type Answer = AnswerOf<'retention'>;
export type Group = Answer['groups'][number];

/** Whether everybody is in the first column, which then stands outside the scale of colours. */
export const firstIsWhole = (group: Group): boolean =>
  group.cohorts.every((cohort) => (cohort.cells[0]?.rate ?? 1) >= 1);

/** The rate with the deepest colour: the highest one on the scale. */
export function topRate(group: Group): number {
  const from = firstIsWhole(group) ? 1 : 0;
  const rates = group.cohorts.flatMap((cohort) => cohort.cells.slice(from).map((one) => one.rate));
  return Math.max(0, ...rates.map((rate) => rate ?? 0));
}

/** A rate's place on the colour scale (0–1). */
export const shadeOf = (rate: number | null, top: number): number =>
  rate === null || top <= 0 ? 0 : Math.min(1, rate / top);

export function retentionSheet(answer: Answer, counts: boolean, look: Look): Sheet {
  const { t, format } = look;
  const several = answer.groups.length > 1;
  const rows = answer.groups.flatMap((group) => [
    ...group.cohorts.map((cohort) => [
      period(cohort.period),
      ...(several ? [word(groupName(group.group, look))] : []),
      measured(cohort.size, format.count),
      ...answer.columns.map((_, i) => {
        const cell = cohort.cells[i];
        if (!cell) return word('');
        return counts
          ? number(cell.value, format.count, cell.people)
          : number(cell.rate, format.percent, cell.people);
      }),
    ]),
    ...(counts
      ? []
      : [
          [
            word(t('retention.average')),
            ...(several ? [word(groupName(group.group, look))] : []),
            word(''),
            ...group.average.map((one) => number(one.rate, format.percent)),
          ],
        ]),
  ]);
  return {
    columns: [
      { key: 'cohort', title: t('answer.cohort') },
      ...(several ? [{ key: 'group', title: t('answer.group') }] : []),
      { key: 'people', title: t('retention.people'), num: true },
      ...answer.columns.map(({ label }) => ({ key: label, title: label, num: true })),
    ],
    rows,
  };
}

export function curveOption(answer: Answer, look: Look): EChartsOption {
  return linesOption(
    {
      labels: answer.columns.map(({ label }) => label),
      show: (value) => look.format.percent(value, 0),
      lines: answer.groups.map((group) => ({
        name: groupName(group.group, look),
        points: group.average.map((one) => ({ value: one.rate })),
      })),
    },
    look,
  );
}

export function curveSheet(answer: Answer, look: Look): Sheet {
  return {
    columns: [
      { key: 'period', title: look.t('retention.offset') },
      ...answer.groups.map((group) => {
        const title = groupName(group.group, look);
        return { key: title, title, num: true };
      }),
    ],
    rows: answer.columns.map(({ label }, i) => [
      word(label),
      ...answer.groups.map((group) => number(group.average[i]?.rate, look.format.percent)),
    ]),
  };
}

/** The heat map as one chart, for the picture. */
export function heatOption(answer: Answer, group: Group, look: Look): EChartsOption {
  const ink = inks(look.theme);
  const top = topRate(group);
  const outside = firstIsWhole(group);
  const base = axes(look.theme, {
    labels: answer.columns.map(({ label }) => label),
    show: (value) => look.format.percent(value, 0),
  });
  const cells = group.cohorts.flatMap((cohort, y) =>
    cohort.cells.map((cell, x) => ({
      value: [x, y, cell.rate ?? 0],
      itemStyle: {
        color: heat(x === 0 && outside ? 0 : shadeOf(cell.rate, top), look.theme).background,
      },
      label: {
        show: true,
        fontSize: 11,
        color: heat(x === 0 && outside ? 0 : shadeOf(cell.rate, top), look.theme).color,
        formatter: () => look.format.percent(cell.rate, 0),
      },
    })),
  );
  return {
    ...base,
    yAxis: {
      type: 'category',
      inverse: true,
      data: group.cohorts.map((cohort) => periodName(cohort.period)),
      axisLabel: { color: ink.quiet },
    },
    // The heat map draws only with a scale; every cell has its own colour all the same.
    visualMap: { show: false, min: 0, max: 1, dimension: 2 },
    series: [{ type: 'heatmap', data: cells }],
  } as EChartsOption;
}
