// Reading the result of an experiment or hold-out. Pure.
import type { ExperimentMeasureResult, ExperimentResult } from '@/api/types';
import { intervalScale, type IntervalScale } from '@/shared/interval';

type Effect = ExperimentMeasureResult['effects'][number];
type Shown = Effect['absolute'];

export const isShare = (kind: string): boolean => kind === 'proportion' || kind === 'retention';

export interface Interval {
  value: number;
  low: number;
  high: number;
}

/** The interval of an effect, or null where it has none. */
export function intervalOf({ effect, low, high }: Shown): Interval | null {
  return effect === null || low === null || high === null ? null : { value: effect, low, high };
}

const saysWhich = ({ low, high }: Interval): boolean => low > 0 || high < 0;

/** A p value as it is read: one too small for three digits is not 0. */
export const smallP = (p: number): boolean => p < 0.0005;

/**
 * What is told of an effect first: relative to the control where that can be said. Verdicts are
 * those of the absolute difference; where the relative one is too wide to say as much, it is told.
 */
export function toldOf(effect: {
  relative: Shown | null;
  absolute: Shown | null;
}): { relative: boolean; interval: Interval } | null {
  const relative = effect.relative && intervalOf(effect.relative);
  const absolute = effect.absolute && intervalOf(effect.absolute);
  const wider = relative && absolute && saysWhich(absolute) && !saysWhich(relative);
  if (relative && !wider) return { relative: true, interval: relative };
  return absolute ? { relative: false, interval: absolute } : null;
}

export interface ForestRow {
  measure: ExperimentMeasureResult;
  effect: Effect;
  interval: Interval | null;
}

/** One row for each measure and arm, on one scale of relative effects. */
export function forestOf(result: Pick<ExperimentResult, 'measures'>): {
  rows: ForestRow[];
  scale: IntervalScale;
} {
  const rows = result.measures.flatMap((measure) =>
    measure.effects.map((effect) => ({ measure, effect, interval: intervalOf(effect.relative) })),
  );
  // One interval that knows nearly nothing must not flatten all others.
  const kMost = 2;
  const ends = rows.flatMap(({ interval }) => (interval ? [interval.low, interval.high] : []));
  const inside = ends.map((end) => Math.max(-kMost, Math.min(kMost, end)));
  return { rows, scale: intervalScale(inside, 6) };
}

/** Where an end of an interval stands, kept inside the line. */
export const placeIn = (scale: IntervalScale, at: number): number =>
  Math.max(0, Math.min(1, scale.place(at)));

/** Weights of arms as shares that add up to 1. */
export function evenWeights(arms: number): number[] {
  const share = Math.floor(10_000 / arms) / 10_000;
  return Array.from({ length: arms }, (_, i) =>
    i === 0 ? Math.round((1 - share * (arms - 1)) * 10_000) / 10_000 : share,
  );
}

/** A key from a name: what events and addresses can carry. */
export function keyOf(name: string): string {
  const key = name
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return key.slice(0, 64);
}
