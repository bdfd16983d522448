// What the form of an experiment edits. Pure.
import type { ExperimentDraft, ExperimentMeasure } from '@/api/types';
import type { Faults } from '@/shared/form/faults';
import { evenWeights, keyOf } from './result';

export const kKinds = [
  'proportion',
  'count',
  'mean',
  'ratio',
  'retention',
  'revenue',
  'quantile',
] as const;
export type Kind = (typeof kKinds)[number];

export const emptyDraft = (): ExperimentDraft => ({
  key: '',
  name: '',
  hypothesis: '',
  arms: [
    { key: 'control', name: '', weight: 0.5 },
    { key: 'new', name: '', weight: 0.5 },
  ],
  coverage: 1,
  measures: [
    { key: 'ordered', kind: 'proportion', of: { orders: true }, better: 'more', before_days: 30 },
    { key: 'revenue', kind: 'revenue', better: 'more', before_days: 30, cap_level: 0.99 },
  ],
  sequential: true,
  planned_days: 28,
});

/** A draft as the contract takes it: keys made from names where they are missing. */
export const toSend = (draft: ExperimentDraft): ExperimentDraft => ({
  ...draft,
  key: draft.key || keyOf(draft.name),
});

/** The same experiment with `count` arms of even weights. */
export function withArms(draft: ExperimentDraft, count: number): ExperimentDraft {
  const weights = evenWeights(count);
  const arms = weights.map((weight, i) => ({
    ...(draft.arms[i] ?? { key: `new-${i}`, name: '' }),
    weight,
  }));
  return { ...draft, arms };
}

/** A measure of another kind, with what that kind needs. */
export function withKind(measure: ExperimentMeasure, kind: Kind): ExperimentMeasure {
  const { of, per, net, ...rest } = measure;
  if (kind === 'revenue') return { ...rest, kind, ...(net ? { net } : {}) };
  const next: ExperimentMeasure = { ...rest, kind, of: of ?? { orders: true } };
  if (kind === 'ratio') next.per = per ?? { orders: true };
  if (kind === 'retention') next.day = measure.day ?? 7;
  return next;
}

/** A key for the next measure that no other one has. */
export function freeKey(measures: readonly ExperimentMeasure[]): string {
  const taken = new Set(measures.map(({ key }) => key));
  let i = measures.length + 1;
  while (taken.has(`measure-${i}`)) i += 1;
  return `measure-${i}`;
}

/** Whether weights add up to 1, as the contract wants them. */
export const addsUp = (draft: ExperimentDraft): boolean =>
  Math.abs(draft.arms.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-6;

/** What is still wrong with the draft, by the place of the field. */
export function faultsOf(draft: ExperimentDraft): Faults {
  const faults: Faults = {};
  if (!draft.name.trim()) faults.name = 'needed';
  else if (!toSend(draft).key) faults.key = 'needed';
  if (!addsUp(draft)) faults.arms = 'sum';
  draft.arms.forEach(({ key }, i) => {
    if (!key.trim()) faults[`arms.${i}`] = 'needed';
    else if (draft.arms.some((other, k) => k < i && other.key === key))
      faults[`arms.${i}`] = 'twice';
  });
  draft.measures.forEach(({ kind, of, per }, i) => {
    const unsaid = (one: typeof of) => one !== undefined && !one.orders && !one.event?.trim();
    if (unsaid(of) || (kind === 'ratio' && unsaid(per))) faults[`measures.${i}`] = 'needed';
  });
  return faults;
}
