// The span of a question: the usual ones by a word, and two that are filled in. Pure.
import type { QuestionRange } from '@/api/types';

export const kPresets = {
  today: { this: 'day' },
  yesterday: { previous: 'day' },
  last_7_days: { last: 7, unit: 'day' },
  last_30_days: { last: 30, unit: 'day' },
  last_90_days: { last: 90, unit: 'day' },
  last_12_weeks: { last: 12, unit: 'week' },
  last_12_months: { last: 12, unit: 'month' },
  this_month: { this: 'month' },
  previous_month: { previous: 'month' },
  this_week: { this: 'week' },
  previous_week: { previous: 'week' },
} as const satisfies Record<string, QuestionRange>;

export type PresetName = keyof typeof kPresets;
export type RangeKind = PresetName | 'last' | 'between' | 'instants';

const same = (a: QuestionRange, b: QuestionRange): boolean =>
  (['from', 'to', 'last', 'this', 'previous'] as const).every((key) => a[key] === b[key]) &&
  (a.last === undefined || (a.unit ?? 'day') === (b.unit ?? 'day'));

export function kindOf(range: QuestionRange): RangeKind {
  const found = Object.entries(kPresets).find(([, preset]) => same(range, preset));
  if (found) return found[0] as PresetName;
  if (range.last !== undefined) return 'last';
  return [range.from, range.to].some((at) => at?.includes('T')) ? 'instants' : 'between';
}

/** The range of a kind; `days`: what "between" starts with, the second day included. */
export function rangeOf(
  kind: RangeKind,
  old: QuestionRange,
  days: { from: string; to: string },
): QuestionRange {
  if (kind === 'between') return days;
  if (kind === 'instants') return { from: `${days.from}T00:00:00Z`, to: `${days.to}T00:00:00Z` };
  if (kind === 'last') return { last: (old.last ?? 30) + 1, unit: old.unit ?? 'day' };
  return kPresets[kind];
}
