// More made-up answers: who came back, who was active, what came after what.
import type { Answer, Question } from '../../src/api/types';
import { base, bins, chance, groupsOf, handle, periodsOf, seconds, some } from './questions';

type Of<A extends Question['analysis']> = Extract<Question, { analysis: A }>;

export function retention(question: Of<'retention'>): Answer {
  const by = question.by ?? 'day';
  const periods = periodsOf(question, by, 40);
  const brackets = question.brackets;
  const columns = brackets
    ? brackets.slice(0, -1).map((from, i) => ({ from, to: brackets[i + 1] as number }))
    : periods.slice(0, question.columns ?? 400).map((_, i) => ({ from: i, to: i + 1 }));
  return {
    ...base(question),
    analysis: 'retention',
    by,
    columns: columns.map((one) => ({
      ...one,
      label: brackets ? `${one.from}–${one.to - 1}` : `+${one.from}`,
    })),
    groups: groupsOf(question).map((group, g) => ({
      group,
      cohorts: periods.map((period, p) => {
        const size = Math.round((420 * (0.6 + chance('size', g, p))) / (g + 1));
        const shown = columns.filter(({ from }) => p + from < periods.length);
        return {
          period,
          size: some(size, 'cohort', g, p),
          cells: shown.map(({ from, to }, c) => {
            const rate = from === 0 ? 1 : 0.45 / Math.sqrt(from) + 0.12 * chance('cell', g, p, c);
            return {
              value: Math.round(size * rate),
              rate,
              complete: p + to < periods.length,
              people: handle('cell', g, p, c),
            };
          }),
        };
      }),
      average: columns.map(({ from }) => {
        const rate = from === 0 ? 1 : 0.45 / Math.sqrt(from) + 0.06;
        return { numerator: Math.round(3000 * rate), denominator: 3000, rate };
      }),
    })),
  };
}

function lifecycle(question: Of<'lifecycle'>): Answer {
  const by = question.by ?? 'week';
  const periods = periodsOf(question, by);
  const row = (i: number, n: number, word: string) =>
    some(n * (0.7 + 0.6 * chance(word, i)), word, i);
  return {
    ...base(question),
    analysis: 'lifecycle',
    by,
    periods,
    rows: periods.map((_, i) => ({
      new: row(i, 120, 'new'),
      returning: row(i, 420, 'returning'),
      resurrecting: row(i, 90, 'resurrecting'),
      dormant: row(i, 170, 'dormant'),
    })),
  };
}

function stickiness(question: Of<'stickiness'>): Answer {
  const by = question.by ?? 'day';
  const n = Math.min(31, periodsOf({ ...question, range: { last: 30, unit: 'day' } }, by).length);
  return {
    ...base(question),
    analysis: 'stickiness',
    by,
    periods: n,
    groups: groupsOf(question).map((group, g) => ({
      group,
      people: some(2100 / (g + 1), 'all', g),
      mean_periods: 3.2,
      rows: Array.from({ length: n }, (_, i) => ({
        periods: i + 1,
        exactly: some((900 * Math.exp(-i / 3)) / (g + 1), 'exactly', g, i),
        at_least: some((2100 * Math.exp(-i / 3)) / (g + 1), 'least', g, i),
      })),
    })),
  };
}

const active = (question: Of<'active'>): Answer => ({
  ...base(question),
  analysis: 'active',
  windows: question.windows ?? 'trailing',
  rows: periodsOf(question, 'day').map((period, i) => {
    const day = Math.round(180 + 60 * Math.sin(i / 1.1) + 40 * chance('day', i));
    return {
      period,
      day: some(day, 'day', i),
      week: some(760 + 2 * i, 'week', i),
      month: some(1900 + 4 * i, 'month', i),
      stickiness: day / (1900 + 4 * i),
    };
  }),
});

function distribution(question: Of<'distribution'>): Answer {
  const periods = periodsOf(question, question.by ?? 'day').slice(question.by ? 0 : -1);
  const borders = question.borders ?? [1, 2, 3, 5, 10, 20];
  const made = [null, ...borders].map((from, i) => ({ from, to: borders[i] ?? null }));
  return {
    ...base(question),
    analysis: 'distribution',
    bins: made.map(({ from, to }) => ({
      from,
      to,
      label: from === null ? `< ${to}` : to === null ? `≥ ${from}` : `[${from}, ${to})`,
    })),
    groups: groupsOf(question).map((group, g) => ({
      group,
      rows: periods.map((period, p) => ({
        period,
        people: some(1400 / (g + 1), 'people', g, p),
        mean: 3.42,
        median: 2,
        counts: made.map((_, b) =>
          some(
            (420 * Math.exp(-((b - 2) ** 2) / 4) * (0.7 + 0.6 * chance(g, p, b))) / (g + 1),
            g,
            p,
            b,
          ),
        ),
      })),
    })),
  };
}

function interval(question: Of<'interval'>): Answer {
  const periods = question.by ? periodsOf(question, question.by) : null;
  return {
    ...base(question),
    analysis: 'interval',
    groups: groupsOf(question).map((group, g) => ({
      group,
      people: some(612 / (g + 1), 'people', g),
      time: seconds(5400 * (g + 1)),
      histogram: bins(`i${g}`),
      ...(periods
        ? {
            trend: periods.map((period, p) => ({
              period,
              people: some(90, 'trend', g, p),
              time: seconds(4000 + 5000 * chance('i', g, p)),
            })),
          }
        : {}),
    })),
  };
}

const kSteps = ['Product Viewed', 'Product Added', 'Checkout Started', 'Order Completed', 'Home'];

function paths(question: Of<'paths'>): Answer {
  const length = question.length ?? 5;
  const nodes = Array.from({ length }, (_, step) =>
    kSteps.slice(0, step === 0 ? 2 : 5).map((event, e) => {
      const people = Math.round(1800 / (step + 1) / (e + 1));
      return {
        id: `${step}:${event}`,
        step,
        event: e === 4 ? '' : event,
        kind: e === 4 ? ('other' as const) : ('event' as const),
        count: people * 2,
        people: some(people, 'node', step, e),
        dropped: some(people * 0.25, 'drop', step, e),
      };
    }),
  ).flat();
  const edges = nodes
    .filter(({ step }) => step < length - 1)
    .flatMap((node) =>
      kSteps.slice(0, 4).map((event, e) => {
        const n = ((node.people.value ?? 0) * 0.75) / (e + 1.6);
        return {
          from: node.id,
          to: `${node.step + 1}:${event}`,
          count: Math.round(n * 2),
          people: some(n, 'edge', node.step, e),
        };
      }),
    )
    .filter(({ people }) => (people.value ?? 0) > 20);
  return {
    ...base(question),
    analysis: 'paths',
    paths: 5230,
    people: some(1800, 'paths'),
    nodes,
    edges,
    top: [{ events: kSteps.slice(0, 3), count: 120, people: some(90, 'top', 0, 0) }],
  };
}

function attribution(question: Of<'attribution'>): Answer {
  const models = question.models ?? ['last'];
  const touches = question.touches.map((one) => one.name ?? one.event ?? 'Any event');
  const groups = question.touch_property ? ['google', 'newsletter', 'wechat'] : [''];
  const rows = [
    ...touches.flatMap((touch) =>
      groups.map((group) => ({ kind: 'touch' as const, touch, group })),
    ),
    { kind: 'none' as const, touch: '', group: '' },
  ];
  return {
    ...base(question),
    analysis: 'attribution',
    models,
    conversions: 1540,
    converted: some(1210, 'converted'),
    value: question.value_property ? 182_330.5 : null,
    rows: rows.map((row, r) => ({
      ...row,
      conversions: Math.round(1400 / (r + 1)),
      people: some(800 / (r + 1), 'touch', r),
      credits: models.map((_, m) => {
        const conversions = (700 / (r + 1)) * (0.7 + 0.6 * chance(r, m));
        return {
          conversions,
          value: question.value_property ? conversions * 118.4 : null,
          share: conversions / 1540,
        };
      }),
    })),
  };
}

function sessions(question: Of<'sessions'>): Answer {
  const by = question.by ?? 'day';
  const periods = periodsOf(question, by);
  const row = (i: number, g: number, n: number) => ({
    sessions: n * 2,
    people: some(n, 'sessions', g, i),
    per_person: 2 + chance('per', g, i),
    mean_seconds: 240 + 200 * chance('mean', g, i),
    median_seconds: 130,
    mean_events: 6.3,
    single_event: Math.round(n / 3),
  });
  return {
    ...base(question),
    analysis: 'sessions',
    by,
    groups: groupsOf(question).map((group, g) => ({
      group,
      total: { period: periods[0] as (typeof periods)[number], ...row(-1, g, 1800) },
      rows: periods.map((period, i) => ({
        period,
        ...row(i, g, Math.round(150 / (g + 1) + 60 * chance(i))),
      })),
      histogram: bins(`s${g}`),
    })),
  };
}

function rfm(question: Of<'rfm'>): Answer {
  const scores = [1, 2, 3, 4, 5];
  return {
    ...base(question),
    analysis: 'rfm',
    people: some(2890, 'rfm'),
    grid: scores.flatMap((recency) =>
      scores.flatMap((frequency) =>
        scores.map((value) => ({
          recency,
          frequency,
          value,
          people: some(
            80 / (1 + Math.abs(frequency - value) + Math.abs(recency - frequency)),
            recency,
            frequency,
            value,
          ),
          count: 120,
          amount: 4_310.5,
        })),
      ),
    ),
    squares: scores.flatMap((recency) =>
      scores.map((frequency) => ({
        recency,
        frequency,
        people: some(300 / (1 + Math.abs(recency - frequency)), recency, frequency),
      })),
    ),
    value_property: 'revenue',
    breaks: {
      recency_days: [12, 40, 90, 180],
      frequency: [2, 3, 5, 9],
      value: [40, 120, 300, 800],
    },
  };
}

export function flows(
  question: Exclude<Question, { analysis: 'trends' | 'funnel' | 'retention' }>,
): Answer {
  switch (question.analysis) {
    case 'lifecycle':
      return lifecycle(question);
    case 'stickiness':
      return stickiness(question);
    case 'active':
      return active(question);
    case 'distribution':
      return distribution(question);
    case 'interval':
      return interval(question);
    case 'paths':
      return paths(question);
    case 'attribution':
      return attribution(question);
    case 'sessions':
      return sessions(question);
    case 'rfm':
      return rfm(question);
  }
}
