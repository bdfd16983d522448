// Experiments and hold-outs.
import type {
  Acquisition,
  CostList,
  Experiment,
  ExperimentHeadline,
  ExperimentMeasureResult,
  ExperimentResult,
  GoalList,
  HoldOut,
  Return,
  ReturnList,
} from '../../src/api/types';
import { ok, problem, type Answer } from './reply';

const kFrom = '2026-02-18T00:00:00.000Z';
const kTo = '2026-03-18T12:00:00.000Z';

const shown = (effect: number, half: number) => ({
  effect,
  low: effect - half,
  high: effect + half,
  p_value: Math.abs(effect) > half ? 0.004 : 0.4,
  unsaid: '' as const,
});

function measure(
  key: string,
  kind: string,
  [base, lift, half]: [number, number, number],
  set: string,
  arms: [string, string],
): ExperimentMeasureResult {
  const verdict = lift > half ? 'works' : lift < -half ? 'hurts' : 'no_difference';
  const value = base * (1 + lift);
  const share = kind === 'proportion';
  return {
    key,
    name: '',
    kind,
    money: kind === 'revenue',
    better: 'more',
    cap: null,
    arms: [base, value].map((one, i) => ({
      arm: arms[i] as string,
      people: 2000,
      value: one,
      sum: share ? Math.round(one * 2000) : one * 2000,
      set: `${set}:did:${key}:${arms[i]}`,
    })),
    effects: [
      {
        arm: arms[1],
        absolute: shown(base * lift, base * half),
        relative: shown(lift, half),
        fixed: shown(base * lift, base * half * 0.6),
        p_adjusted: verdict === 'no_difference' ? 0.41 : 0.006,
        chance_to_win: lift > 0 ? 0.98 : 0.31,
        risk: 0.002,
        variance_reduction: 0.3,
        gained: { value: value - base, low: 0, high: value },
        verdict,
        why: '',
      },
    ],
    daily: Array.from({ length: 28 }, (_, i) => {
      const width = (half * base * 5.3) / Math.sqrt(i + 1);
      const effect = base * lift * (1 + Math.sin(i) / (i + 2));
      return {
        day: i + 1,
        arms: [base, base + effect].map((one) => ({ people: 70 * (i + 1), value: one })),
        effects: [{ effect, low: effect - width, high: effect + width }],
      };
    }),
  };
}

function result(set: string, arms: [string, string], ok_: boolean): ExperimentResult {
  const measures = [
    measure('ordered', 'proportion', [0.21, 0.14, 0.09], set, arms),
    measure('revenue', 'revenue', [5230, 0.06, 0.18], set, arms),
    measure('orders', 'count', [0.62, -0.11, 0.08], set, arms),
  ];
  return {
    from: kFrom,
    to: kTo,
    days: 28,
    planned_days: 28,
    complete: true,
    sequential: true,
    currency: 'GBP',
    people: 4000,
    mixed: ok_ ? 0 : 7,
    mixed_set: `${set}:mixed`,
    elsewhere: 0,
    arms: arms.map((key) => ({
      key,
      name: '',
      weight: 0.5,
      people: 2000,
      set: `${set}:arm:${key}`,
    })),
    sample_ratio: { p_value: ok_ ? 0.61 : 0.00002, ok: ok_ },
    detectable: 0.036,
    detectable_relative: 0.17,
    measures,
    headline: headline(ok_ ? measures[0] : undefined, arms[1]),
  };
}

const headline = (of: ExperimentMeasureResult | undefined, arm: string): ExperimentHeadline => ({
  verdict: of ? (of.effects[0]?.verdict ?? 'cannot_tell') : 'cannot_tell',
  why: of ? '' : 'sample_ratio_mismatch',
  measure: 'ordered',
  measure_name: '',
  arm,
  relative: of?.effects[0]?.relative ?? null,
  absolute: of?.effects[0]?.absolute ?? null,
  people: 4000,
});

const experiment = (id: string, name: string, state: Experiment['state']): Experiment => ({
  id,
  key: name.toLowerCase().replaceAll(' ', '-'),
  name,
  hypothesis: 'Fewer steps, more orders',
  arms: [
    { key: 'control', weight: 0.5 },
    { key: 'new', weight: 0.5 },
  ],
  measures: [
    { key: 'ordered', kind: 'proportion', of: { orders: true } },
    { key: 'revenue', kind: 'revenue' },
    { key: 'orders', kind: 'count', of: { orders: true } },
  ],
  sequential: true,
  planned_days: 28,
  state,
  created_at: kFrom,
  started_at: state === 'draft' ? null : kFrom,
  stopped_at: state === 'stopped' ? kTo : null,
  conclusion: '',
});

const all = [
  experiment('e1', 'New checkout', 'running'),
  experiment('e2', 'Free delivery bar', 'stopped'),
  experiment('e3', 'Welcome video', 'draft'),
];
const heldOut: HoldOut = {
  id: 'h1',
  name: 'All of 2026',
  scope: 'global',
  percent: 5,
  salt: 's',
  started_at: kFrom,
  ended_at: null,
  members: 217,
  set: 'hold_out:h1:held_out',
};

const kMonths = ['2025-09', '2025-10', '2025-11', '2025-12', '2026-01', '2026-02', '2026-03'];
const month = (label: string, i: number) => ({
  label,
  complete: label !== '2026-03',
  value: 0.302 + 0.006 * i + 0.008 * Math.sin(i * 2),
  low: 0.288 + 0.006 * i + 0.008 * Math.sin(i * 2),
  high: 0.316 + 0.006 * i + 0.008 * Math.sin(i * 2),
  numerator: 1300 + 30 * i,
  denominator: 4300,
  why: '',
  parts: [],
  expected: i < 4 ? null : 0.31 + 0.01 * (i - 3),
  set: `rate:month:${label}:kept`,
});

const goals: GoalList = {
  currency: 'CNY',
  hold_out: {
    id: 'h1',
    name: 'All of 2026',
    since: kFrom,
    set: 'hold_out:h1:held_out',
    difference: shown(0.028, 0.019),
    verdict: 'works',
    why: '',
  },
  goals: [
    {
      id: 'g1',
      name: 'Keep three points more',
      owner: 'Lin',
      measure: 'retention_rate',
      aim: 'points',
      amount: 0.03,
      base: null,
      from: '2026-01',
      to: '2026-12',
      created_at: kFrom,
      base_is: 0.315,
      target: 0.345,
      standing: 'on_track',
      before: 0.317,
      after: 0.329,
      earlier: kMonths.slice(0, 4).map(month),
      reads: null,
      hold_out: null,
      beside: null,
      months: kMonths.slice(4).map((label, i) => ({ ...month(label, i + 4), check: null })),
    },
  ],
};

const kTerms = {
  margin_share: 0.4,
  message_cost_per_1000_minor: 4500,
  channel_trait: 'acquisition_channel',
  set: true,
};
const kLtv = { so_far_minor: 9_800, expected_minor: 6_400, total_minor: 16_200 };
const channel = (name: string, cost: number, people: number) => ({
  channel: name,
  cost_minor: cost,
  new_customers: people,
  cac_minor: people ? cost / people : null,
  ltv: people ? kLtv : null,
  ltv_cac: people ? (kLtv.total_minor * people) / cost : null,
});

const acquisition: Acquisition = {
  currency: 'CNY',
  terms: kTerms,
  rows: kMonths.map((label, i) => ({
    label,
    complete: label !== '2026-03',
    new_customers: 210 + 17 * i,
    set: `activity:month:${label}:new`,
    cost_minor: i === 0 ? 0 : 1_250_000 + 40_000 * i,
    cac_minor: i === 0 ? null : (1_250_000 + 40_000 * i) / (210 + 17 * i),
    ltv: kLtv,
    ltv_cac: i === 0 ? null : (kLtv.total_minor * (210 + 17 * i)) / (1_250_000 + 40_000 * i),
    channels:
      i === 0 ? [] : [channel('ads', 1_000_000, 120), channel('fair', 250_000 + 40_000 * i, 0)],
  })),
};

const around = (value: number, half: number) => ({ value, low: value - half, high: value + half });
const back = (
  kind: Return['kind'],
  id: string,
  name: string,
  gained: [number, number],
  cost: number,
): Return => {
  const net = around(gained[0] * 0.4 - cost, gained[1] * 0.4);
  return {
    about: `${kind}:${id}`,
    kind,
    id,
    name,
    from: kFrom,
    to: kTo,
    complete: true,
    people: 2310,
    set: `${kind}:${id}:arm:treated`,
    messages: 2290,
    hold_out: null,
    parts: null,
    gained: around(...gained),
    margin: around(gained[0] * 0.4, gained[1] * 0.4),
    cost_minor: cost,
    cost_of_messages_minor: 0,
    net,
    roi: cost ? around(net.value / cost, (gained[1] * 0.4) / cost) : null,
    verdict: net.low > 0 ? 'pays' : net.high < 0 ? 'loses' : 'cannot_tell',
    why: net.low > 0 || net.high < 0 ? '' : 'wide_interval',
  };
};
const returns: ReturnList = {
  currency: 'CNY',
  terms: kTerms,
  returns: [
    back('campaign', 'c2', 'Recall in March', [7_400_000, 4_100_000], 420_000),
    back('experiment', 'e1', 'New checkout', [2_100_000, 3_300_000], 260_000),
    back('hold_out', 'h1', 'All of 2026', [300_000, 900_000], 1_800_000),
  ],
};
const costs: CostList = {
  currency: 'CNY',
  total: 1,
  costs: [
    {
      id: 'k1',
      about: 'campaign:c2',
      day: '2026-03-01',
      amount_minor: 420_000,
      note: 'Vouchers',
      created_at: kFrom,
    },
  ],
};

export function proofAnswer(method: string, path: string): Answer | null {
  const arms: [string, string] = ['control', 'new'];
  if (path === '/v1/goals') return ok(goals);
  if (path === '/v1/acquisition') return ok(acquisition);
  if (path === '/v1/returns') return ok(returns);
  if (path === '/v1/costs') return ok(costs);
  if (path === '/v1/hold-outs') return ok({ hold_outs: [heldOut] });
  if (path === '/v1/hold-outs/power')
    return ok({
      people: 4338,
      held_out: 217,
      days: 30,
      base_rate: 0.22,
      detectable: 0.084,
      weak: true,
    });
  if (path === '/v1/hold-outs/h1/result')
    return ok(result('hold_out:h1', ['held_out', 'treated'], true));
  if (path === '/v1/experiments' && method === 'GET')
    return ok({
      experiments: all.map((one) => ({
        ...one,
        headline:
          one.state === 'draft' ? null : result('experiment:e1', arms, one.id === 'e1').headline,
      })),
    });
  const [, id, what] = /^\/v1\/experiments\/(\w+)(?:\/(\w+))?$/.exec(path) ?? [];
  if (id === undefined) return null;
  const found = all.find((one) => one.id === id);
  if (!found) return problem(404, 'not_found', 'there is no such experiment');
  return ok(what === 'result' ? result(`experiment:${id}`, arms, id === 'e1') : found);
}
