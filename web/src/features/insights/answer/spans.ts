// Seconds as people say them: 40 s, 5 min, 3 h 20 min, 2 d 4 h. Pure.
import type { Look } from './look';

const kUnits = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

export type Part = [(typeof kUnits)[number][0], number];

/** The two largest units that are not zero; rounded to the smaller of them. */
export function partsOfSpan(seconds: number): Part[] {
  const whole = Math.round(Math.abs(seconds));
  const at = kUnits.findIndex(([, size]) => whole >= size);
  if (at === -1) return [['second', 0]];
  const [unit, size] = kUnits[at] as (typeof kUnits)[number];
  const next = kUnits[at + 1];
  if (!next) return [[unit, whole]];
  const rounded = Math.round(whole / next[1]) * next[1];
  // 59 min 59.9 s is an hour, not 60 minutes.
  if (at > 0 && rounded >= (kUnits[at - 1]?.[1] ?? Infinity)) return partsOfSpan(rounded);
  const rest = Math.round((rounded % size) / next[1]);
  const first: Part = [unit, Math.floor(rounded / size)];
  return rest > 0 ? [first, [next[0], rest]] : [first];
}

export function span(seconds: number | null | undefined, look: Look): string {
  if (seconds === null || seconds === undefined) return look.format.count(null);
  return partsOfSpan(seconds)
    .map(([unit, n]) => look.t(`span.${unit}`, { n: look.format.count(n) }))
    .join(' ');
}

const kDay = 86_400;
const kSteps = [
  ...[1, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3_600),
  ...[1, 2, 5, 10, 20, 30, 60, 100].map((days) => days * kDay),
];
const kTicks = 6;

/** The distance of the ticks of an axis of seconds that reaches to `top`: a round span. */
export const stepOfAxis = (top: number): number =>
  kSteps.find((step) => top / step <= kTicks) ?? 100 * kDay;

/** A value axis of seconds with round ticks, up to the first that is not below `top`. */
export function axisOfSeconds(top: number): { interval: number; max: number } {
  const interval = stepOfAxis(top);
  return { interval, max: Math.max(1, Math.ceil(top / interval)) * interval };
}
