// Made-up answers to questions about behaviour, in the shape of the contract: always the same for
// the same question.
import type { Answer, AnswerGroup, AnswerPeriod, Measured, Question } from '../../src/api/types';
import { flows, retention } from './questions_more';

const kDay = 86_400_000;
const kEnd = Date.parse('2011-09-09T00:00:00.000Z');

/** A number between 0 and 1 out of words: the same words give the same number. */
export function chance(...words: (string | number)[]): number {
  let hash = 2166136261;
  for (const char of words.join('|')) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
export const handle = (...words: (string | number)[]): string =>
  `mock.${words.join('.').replace(/[^\w.]/g, '')}`;
export const some = (value: number, ...words: (string | number)[]): Measured => ({
  value: Math.round(value),
  people: handle(...words),
});

const kSizes = { hour: kDay / 24, day: kDay, week: 7 * kDay, month: 30 * kDay } as const;
export type Unit = keyof typeof kSizes;

export function periodsOf(question: Question, by: Unit, most = 400): AnswerPeriod[] {
  const { range } = question;
  const size = kSizes[by];
  const unit = range.unit ?? range.this ?? range.previous ?? 'day';
  const ms = range.from
    ? Date.parse(range.to ?? '') - Date.parse(range.from)
    : (range.last ?? 1) * kSizes[unit];
  const n = Math.max(1, Math.min(most, Math.round(ms / size)));
  return Array.from({ length: n }, (_, i) => {
    const from = new Date(kEnd - (n - i - 1) * size).toISOString();
    return {
      label:
        by === 'month' ? from.slice(0, 7) : by === 'hour' ? from.slice(5, 13) : from.slice(0, 10),
      from,
      to: new Date(kEnd - (n - i - 2) * size).toISOString(),
      complete: i < n - 1,
    };
  });
}

export function groupsOf(question: Question): AnswerGroup[] {
  const breakdown = 'breakdown' in question ? question.breakdown : undefined;
  if (!breakdown) return [{ kind: 'all', label: '' }];
  const labels = breakdown.sets ?? ['United Kingdom', 'Germany', 'France', 'EIRE'];
  return [
    ...labels.slice(0, breakdown.top ?? 10).map((label) => ({ kind: 'value' as const, label })),
    { kind: 'none', label: '' },
    { kind: 'other', label: '' },
  ];
}

export function base(question: Question) {
  return {
    query_id: 'mock',
    zone: 'Europe/London',
    from: '2011-08-10T23:00:00.000Z',
    to: '2011-09-09T00:00:00.000Z',
    read: {
      events: 61_204,
      people: 4_338,
      milliseconds: 3.4,
      plan: 'timeline' as const,
      seq: 61_204,
    },
    warnings: [{ code: 'incomplete_period' as const, message: 'the last period is not over' }],
    ...('by' in question && question.by ? { by: question.by } : {}),
  };
}

export const seconds = (median: number) => ({
  count: 412,
  mean: median * 1.7,
  minimum: median * 0.05,
  p25: median * 0.4,
  median,
  p75: median * 2.1,
  p90: median * 4,
  maximum: median * 14,
});

export const bins = (word: string) =>
  [0, 60, 300, 1800, 3600, 14_400, 86_400, 172_800].map((from, i, all) => ({
    from_seconds: from,
    to_seconds: all[i + 1] ?? null,
    counted: some(220 * Math.exp(-((i - 3) ** 2) / 5) + 8, word, 'bin', i),
  }));

const nameOf = (select: { name?: string; event?: string }): string =>
  select.name ?? select.event ?? 'Any event';

function trends(question: Extract<Question, { analysis: 'trends' }>): Answer {
  const by = question.by ?? 'day';
  const periods = periodsOf(question, by);
  const compare = question.compare === 'previous';
  const series = question.series.flatMap((one, s) =>
    groupsOf(question).map((group, g) => {
      const at = (i: number, when: string) =>
        some(
          (900 / (g + 1)) * (1 + 0.3 * Math.sin(i / 3 + s)) * (0.8 + 0.4 * chance(s, g, i, when)),
          's',
          s,
          g,
          i,
        );
      return {
        id: String.fromCharCode(65 + s),
        name: one.name ?? nameOf(one.select),
        formula: false,
        group,
        values: periods.map((_, i) => at(i, 'now')),
        total: some((18_000 - 2400 * s) / (g + 1), 't', s, g),
        ...(compare
          ? {
              previous: periods.map((_, i) => at(i, 'before')),
              previous_total: some(16_000 / (g + 1), 'p', s, g),
            }
          : {}),
      };
    }),
  );
  const formulas = (question.formulas ?? []).map((one, f) => ({
    id: `F${f + 1}`,
    name: one.name ?? one.expression,
    formula: true,
    group: { kind: 'all' as const, label: '' },
    values: periods.map((_, i) => ({ value: 20 + 10 * chance('f', f, i) })),
    total: { value: 24.62 },
  }));
  return {
    ...base(question),
    analysis: 'trends',
    by,
    periods,
    ...(compare ? { previous_periods: periods } : {}),
    series: [...series, ...formulas],
  };
}

function funnel(question: Extract<Question, { analysis: 'funnel' }>): Answer {
  const periods = question.by ? periodsOf(question, question.by) : undefined;
  const all: AnswerGroup = { kind: 'all', label: '' };
  const groups = question.breakdown ? [all, ...groupsOf(question)] : [all];
  const last = question.steps.length - 1;
  return {
    ...base(question),
    analysis: 'funnel',
    steps: question.steps.map(nameOf),
    count: question.count ?? 'people',
    ...(periods ? { periods } : {}),
    groups: groups.map((group, g) => {
      const entered = Math.round(3200 / (g + 1));
      const reached = question.steps.map((_, i) =>
        Math.round(entered * (0.62 - 0.05 * chance('g', g)) ** i),
      );
      const rate = (n: number, of: number) => ({
        numerator: n,
        denominator: of,
        rate: of ? n / of : null,
      });
      return {
        group,
        conversion: rate(reached[last] ?? 0, entered),
        time: seconds(5400 * (g + 1)),
        histogram: bins(`f${g}`),
        steps: reached.map((n, i) => ({
          reached: some(n, 'r', g, i),
          dropped: i ? some((reached[i - 1] ?? 0) - n, 'd', g, i) : { value: 0 },
          of_first: n / entered,
          of_previous: i ? n / (reached[i - 1] ?? 1) : null,
          time: seconds(i ? 900 * i : 0),
        })),
        ...(periods
          ? {
              trend: periods.map((_, p) => {
                const n = Math.round(100 * chance('e', g, p)) + 20;
                const done = Math.round(n * (0.2 + 0.3 * chance('c', g, p)));
                return {
                  reached: question.steps.map((__, i) =>
                    some(i === last ? done : n, 'tr', g, p, i),
                  ),
                  conversion: rate(done, n),
                };
              }),
            }
          : {}),
      };
    }),
  };
}

/** The answer to any question. */
export function answerTo(question: Question): Answer {
  if (question.analysis === 'trends') return trends(question);
  if (question.analysis === 'funnel') return funnel(question);
  if (question.analysis === 'retention') return retention(question);
  return flows(question);
}
