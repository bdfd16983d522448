// Reading a campaign's counts and its result. Pure.
import type { Campaign, CampaignResult, Comparison } from '@/api/types';

export const kVerdicts = [
  'pending',
  'sent',
  'held_out',
  'no_address',
  'no_consent',
  'duplicate_address',
  'global_hold_out',
  'failed',
  'in_doubt',
  'cancelled',
] as const;

/** Verdicts that have people, in the order of kVerdicts; unknown ones last. */
export function verdictCounts(counts: Campaign['counts']): { verdict: string; people: number }[] {
  const known: readonly string[] = kVerdicts;
  const rank = (verdict: string) =>
    known.includes(verdict) ? known.indexOf(verdict) : known.length;
  return Object.entries(counts)
    .filter(([, people]) => people > 0)
    .map(([verdict, people]) => ({ verdict, people }))
    .sort((a, b) => rank(a.verdict) - rank(b.verdict));
}

/** The share (0–1) of the messages due that are no longer pending. */
export function shareSent(counts: Campaign['counts']): number {
  const due = ['pending', 'sent', 'failed', 'in_doubt', 'cancelled'].reduce(
    (sum, verdict) => sum + (counts[verdict] ?? 0),
    0,
  );
  return due > 0 ? 1 - (counts.pending ?? 0) / due : 1;
}

export interface Interval {
  low: number;
  value: number;
  high: number;
}

/** The interval of a comparison, or null where one end is not known. */
export function intervalOf({ low, difference, high }: Comparison): Interval | null {
  return low === null || difference === null || high === null
    ? null
    : { low, value: difference, high };
}

/** The headline interval in customers: more (or fewer) who ordered because of the message. */
export function keptInterval(result: CampaignResult): Interval | null {
  const { incremental_customers: value, incremental_low: low, incremental_high: high } = result;
  if (
    value === null ||
    value === undefined ||
    low === null ||
    low === undefined ||
    high === null ||
    high === undefined
  )
    return null;
  return { low, value, high };
}

/** The headline's words: an interval that includes 0 proves neither more nor fewer. */
export function headlineOf(interval: Interval | null): 'more' | 'fewer' | 'open' | 'zero' | 'none' {
  if (!interval) return 'none';
  if (interval.value === 0) return 'zero';
  if (interval.low > 0) return 'more';
  return interval.high < 0 ? 'fewer' : 'open';
}
