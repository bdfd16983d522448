// Experiments and hold-outs.
import type {
  Experiment,
  ExperimentHeadline,
  ExperimentMeasureResult,
  ExperimentResult,
  HoldOut,
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

export function proofAnswer(method: string, path: string): Answer | null {
  const arms: [string, string] = ['control', 'new'];
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
