import { expect, test } from 'vitest';
import type { AnswerPeriod } from '@/api/types';
import type { AnswerOf } from './answers';
import { touchName } from './attribution';
import { distributionSheet } from './distribution';
import { fakeLook as look } from './fake_look';
import { funnelOption, funnelSheet } from './funnel';
import { secondsHistogram } from './histogram';
import { boxesOf } from './interval';
import { isEmpty } from './is_empty';
import { exitsOf } from './path_exits';
import { pathsSheet, wholePathsSheet } from './paths';
import { lifecycleOption, shareOf } from './people_over_time';
import { retentionSheet, shadeOf, topRate } from './retention';
import { largestSquare, squareAt } from './rfm_answer';
import { aboutOf, csvOf } from './sheet';
import { changeOf, trendsLines, trendsOption, trendsSheet } from './trends';

const base = {
  query_id: 'q',
  zone: 'UTC',
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-03T00:00:00.000Z',
  read: { events: 1, people: 1, milliseconds: 1, plan: 'timeline' as const, seq: 1 },
  warnings: [],
};
const period = (label: string, complete = true): AnswerPeriod => ({
  label,
  from: `${label}T00:00:00.000Z`,
  to: `${label}T24:00:00.000Z`,
  complete,
});
const periods = [period('2026-01-01'), period('2026-01-02', false)];
const all = { kind: 'all' as const, label: '' };
const spread = { count: 1, mean: 1, minimum: 1, p25: 1, median: 60, p75: 1, p90: 1, maximum: 1 };
const whole = { numerator: 1, denominator: 2, rate: 0.5 };

const trends: AnswerOf<'trends'> = {
  ...base,
  analysis: 'trends',
  by: 'day',
  periods,
  previous_periods: periods,
  series: [
    {
      id: 'A',
      name: 'Orders',
      formula: false,
      group: { kind: 'value', label: 'CN' },
      values: [{ value: 3, people: 'h1' }, { value: 4 }],
      total: { value: 6, people: 'h2' },
      previous: [{ value: 2 }, { value: 2 }],
      previous_total: { value: 4 },
    },
  ],
};

test('trends: lines carry people, the period before is grey, the last row is all of it', () => {
  const lines = trendsLines(trends, look);
  expect(lines.map((line) => [line.name, line.before ?? false])).toEqual([
    ['CN', false],
    ['answer.before CN', true],
  ]);
  expect(lines[0]?.points[0]).toMatchObject({ value: 3, people: 'h1', about: 'CN · 2026-01-01' });
  const sheet = trendsSheet(trends, look);
  expect(csvOf(sheet)).toEqual([
    ['period', 'A_CN', 'A_CN_previous'],
    ['2026-01-01', 3, 2],
    ['2026-01-02', 4, 2],
    ['answer.total', 6, 4],
  ]);
  expect(sheet.rows[1]?.[0]?.text).toBe('2026-01-02*');
  expect(aboutOf(sheet, sheet.rows[0] ?? [], 1)).toBe('2026-01-01 · CN');
  expect(changeOf(trends.series[0] as (typeof trends.series)[number])).toBeCloseTo(0.5);
  for (const shape of ['lines', 'bars', 'total'] as const)
    expect(trendsOption(trends, shape, look).series).toBeDefined();
});

const funnel: AnswerOf<'funnel'> = {
  ...base,
  analysis: 'funnel',
  steps: ['View', 'Buy'],
  count: 'people',
  groups: [
    {
      group: all,
      conversion: whole,
      time: spread,
      histogram: [],
      steps: [
        {
          reached: { value: 8 },
          dropped: { value: 0 },
          of_first: 1,
          of_previous: null,
          time: spread,
        },
        {
          reached: { value: 4 },
          dropped: { value: 4 },
          of_first: 0.5,
          of_previous: 0.5,
          time: spread,
        },
      ],
    },
  ],
};

test('funnel: reached and lost are as high as the step before', () => {
  const series = funnelOption(funnel, look).series as { data: { value: number }[] }[];
  expect(series.map(({ data }) => data[1]?.value)).toEqual([4, 4]);
  expect(csvOf(funnelSheet(funnel, look))[2]).toEqual([
    '2 Buy',
    'answer.all',
    4,
    4,
    0.5,
    0.5,
    60,
    1,
    1,
  ]);
});

test('histograms name their last, open bin', () => {
  const bins = [
    { from_seconds: 0, to_seconds: 60, counted: { value: 1 } },
    { from_seconds: 60, to_seconds: null, counted: { value: 2 } },
  ];
  const { sheet } = secondsHistogram(bins, 'n', look);
  expect(sheet.rows.map((row) => row[0]?.text)).toEqual([
    'span.second 0 – span.minute 1',
    '≥ span.minute 1',
  ]);
});

const cell = (rate: number, complete = true) => ({ value: rate * 10, rate, complete });
const retention: AnswerOf<'retention'> = {
  ...base,
  analysis: 'retention',
  by: 'day',
  columns: [
    { label: '0', from: 0, to: 1 },
    { label: '1', from: 1, to: 2 },
  ],
  groups: [
    {
      group: all,
      average: [{ ...whole, rate: 1 }, whole],
      cohorts: [
        { period: periods[0] as AnswerPeriod, size: { value: 10 }, cells: [cell(1), cell(0.4)] },
        { period: periods[1] as AnswerPeriod, size: { value: 10 }, cells: [cell(1, false)] },
      ],
    },
  ],
};

test('retention: colours leave the first column out, cells not begun are empty', () => {
  const group = retention.groups[0] as (typeof retention.groups)[number];
  expect(topRate(group)).toBe(0.4);
  expect(shadeOf(0.2, 0.4)).toBe(0.5);
  expect(shadeOf(null, 0.4)).toBe(0);
  expect(csvOf(retentionSheet(retention, true, look))).toEqual([
    ['cohort', 'people', '0', '1'],
    ['2026-01-01', 10, 10, 4],
    ['2026-01-02', 10, 10, ''],
  ]);
});

test('lifecycle: the dormant stand below zero', () => {
  const row = {
    new: { value: 1 },
    returning: { value: 2 },
    resurrecting: { value: 3 },
    dormant: { value: 4, people: 'd' },
  };
  const answer = {
    ...base,
    analysis: 'lifecycle' as const,
    by: 'day' as const,
    periods,
    rows: [row],
  };
  const series = lifecycleOption(answer, look).series as { data: object[] }[];
  expect(series[3]?.data[0]).toMatchObject({ value: -4, people: 'd' });
  expect(shareOf(1, 0)).toBeNull();
});

test('paths: people who leave get a way out, but not after the last step', () => {
  const node = (id: string, step: number, dropped: number) => ({
    id,
    step,
    event: id,
    kind: 'event' as const,
    count: 9,
    people: { value: 9 },
    dropped: { value: dropped, people: `d${id}` },
  });
  const paths: AnswerOf<'paths'> = {
    ...base,
    analysis: 'paths',
    paths: 1,
    people: { value: 9 },
    nodes: [node('a', 0, 3), node('b', 1, 6)],
    edges: [{ from: 'a', to: 'b', count: 6, people: { value: 6 } }],
    top: [{ events: ['a', 'b'], count: 6, people: { value: 6 } }],
  };
  expect(exitsOf(paths)).toEqual([{ id: 'exit 1', from: 'a', depth: 1, value: 3, people: 'da' }]);
  expect(pathsSheet(paths, look).rows).toHaveLength(2);
  expect(wholePathsSheet(paths, look).rows[0]?.map(({ text }) => text)).toEqual([
    'a → b',
    '6',
    '6',
  ]);
  const towards = { ...paths, nodes: [node('a', -1, 3), node('b', 0, 0)] };
  expect(exitsOf(towards)).toEqual([]);
});

test('intervals: boxes of periods, or of groups without periods', () => {
  const group = { group: all, people: { value: 1 }, time: spread, histogram: [] };
  const answer: AnswerOf<'interval'> = { ...base, analysis: 'interval', groups: [group] };
  expect(boxesOf(answer, look).map(({ name }) => name)).toEqual(['answer.all']);
  const trend = periods.map((at) => ({ period: at, people: { value: 1 }, time: spread }));
  const timed = { ...answer, groups: [{ ...group, trend }] };
  expect(boxesOf(timed, look).map(({ name }) => name)).toEqual(['2026-01-01', '2026-01-02*']);
});

test('RFM: every square opens its people, of one score of value or of all', () => {
  const square = (value: number, people: number) => ({
    recency: 5,
    frequency: 4,
    value,
    people: { value: people, people: `h${value}` },
    count: 1,
    amount: 1,
  });
  const answer: AnswerOf<'rfm'> = {
    ...base,
    analysis: 'rfm',
    people: { value: 5 },
    grid: [square(1, 2), square(5, 3)],
    squares: [{ recency: 5, frequency: 4, people: { value: 5, people: 'all' } }],
    value_property: 'revenue',
    breaks: { recency_days: [], frequency: [], value: [] },
  };
  expect(squareAt(answer, 5, 4, 0)).toEqual({ people: 5, handle: 'all' });
  expect(squareAt(answer, 5, 4, 5)).toEqual({ people: 3, handle: 'h5' });
  expect(squareAt(answer, 1, 1, 0)).toEqual({ people: 0, handle: undefined });
  expect(largestSquare(answer, 0)).toBe(5);
});

test('distribution: shares are of the people of the row', () => {
  const answer: AnswerOf<'distribution'> = {
    ...base,
    analysis: 'distribution',
    bins: [{ label: '[1, 2)', from: 1, to: 2 }],
    groups: [
      {
        group: all,
        rows: [
          {
            period: periods[0] as AnswerPeriod,
            people: { value: 8 },
            mean: 1,
            median: 1,
            counts: [{ value: 2 }],
          },
        ],
      },
    ],
  };
  expect(csvOf(distributionSheet(answer, look))[1]?.slice(-2)).toEqual([2, 0.25]);
});

test('attribution: touches by name and group', () => {
  const row = { conversions: 1, people: { value: 1 }, credits: [], touch: 'Ad', group: 'x' };
  expect(touchName({ ...row, kind: 'touch' }, look)).toBe('Ad (x)');
  expect(touchName({ ...row, kind: 'none' }, look)).toBe('answer.no_touch');
});

test('an answer without anybody is empty', () => {
  expect(isEmpty(trends)).toBe(false);
  const nobody = { ...trends, series: trends.series.map((one) => ({ ...one, values: [] })) };
  expect(isEmpty(nobody)).toBe(true);
  expect(isEmpty(funnel)).toBe(false);
});
