// RFM of any event: the grid of scores, and its table. Pure.
import type { EChartsOption } from 'echarts';
import { axes, inks } from '@/shared/charts/base';
import { heat } from '@/shared/colors';
import type { AnswerOf } from './answers';
import { plain, type Look } from './look';
import { shareOf } from './people_over_time';
import { measured, number, type Sheet } from './sheet';

type Answer = AnswerOf<'rfm'>;

export const kScores = [5, 4, 3, 2, 1] as const;

export interface Square {
  people: number;
  handle?: string | undefined;
}

/** The people of one square; `value` 0 = any score of value. */
export function squareAt(answer: Answer, r: number, f: number, value: number): Square {
  const found =
    value === 0
      ? answer.squares.find((one) => one.recency === r && one.frequency === f)
      : answer.grid.find((one) => one.recency === r && one.frequency === f && one.value === value);
  return { people: found?.people.value ?? 0, handle: found?.people.people };
}

export const largestSquare = (answer: Answer, value: number): number =>
  Math.max(0, ...kScores.flatMap((r) => kScores.map((f) => squareAt(answer, r, f, value).people)));

/** The grid as one chart, for the picture. */
export function gridOption(answer: Answer, value: number, look: Look): EChartsOption {
  const ink = inks(look.theme);
  const top = largestSquare(answer, value);
  const across = [...kScores].reverse();
  const base = axes(look.theme, { labels: across.map((f) => `F${f}`), show: look.format.count });
  const cells = kScores.flatMap((r, y) =>
    across.map((f, x) => {
      const { people } = squareAt(answer, r, f, value);
      const color = heat(top ? people / top : 0, look.theme);
      return {
        value: [x, y, people],
        itemStyle: { color: color.background },
        label: { show: true, color: color.color, formatter: () => look.format.count(people) },
      };
    }),
  );
  return {
    ...base,
    yAxis: {
      type: 'category',
      inverse: true,
      data: kScores.map((r) => `R${r}`),
      axisLabel: { color: ink.quiet },
    },
    visualMap: { show: false, min: 0, max: Math.max(1, top), dimension: 2 },
    series: [{ type: 'heatmap', data: cells }],
  } as EChartsOption;
}

export function gridSheet(answer: Answer, look: Look): Sheet {
  const { t, format } = look;
  const score = (value: number) => ({ value, text: format.count(value) });
  const all = answer.people.value;
  return {
    columns: [
      { key: 'recency', title: t('answer.recency') },
      { key: 'frequency', title: t('answer.frequency') },
      { key: 'value_score', title: t('answer.value_score') },
      { key: 'people', title: t('answer.people'), num: true },
      { key: 'share', title: '%', num: true },
      { key: 'count', title: t('answer.times'), num: true },
      { key: 'value', title: t('answer.value'), num: true },
    ],
    rows: answer.grid.map((one) => [
      score(one.recency),
      score(one.frequency),
      score(one.value),
      measured(one.people, format.count),
      number(shareOf(one.people.value, all), format.percent),
      number(one.count, format.count),
      number(one.amount, (value) => plain(value, look)),
    ]),
  };
}
