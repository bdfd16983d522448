// What a rule says, as the parts of a sentence: words of the catalogue with their numbers. Pure.
import type { LoyaltyRule } from '@/api/types';

export interface Part {
  key:
    | 'fixed'
    | 'per_money'
    | 'per_item'
    | 'tiered'
    | 'birthday'
    | 'level'
    | 'window'
    | 'first_order'
    | 'trait'
    | 'segment'
    | 'budget_points'
    | 'budget_times'
    | 'cap_points'
    | 'cap_times'
    | 'once_per'
    | 'streak'
    | 'delay';
  points?: number;
  minor?: number;
  /** A multiplier as a number: 3 for 300 %. */
  times?: number;
  every?: string;
  name?: string;
}

function amountOf({ amount }: LoyaltyRule): Part {
  const points = amount.points ?? 0;
  if (amount.kind === 'per_money')
    return { key: 'per_money', points, minor: amount.per_minor ?? 0 };
  if (amount.kind === 'tiered') return { key: 'tiered', points: amount.tiers?.length ?? 0 };
  return { key: amount.kind, points };
}

const kMultipliers = {
  birthday_month: 'birthday',
  level: 'level',
  window: 'window',
  first_order: 'first_order',
  trait: 'trait',
  segment: 'segment',
} as const;

export function partsOf(rule: LoyaltyRule): Part[] {
  const parts = [amountOf(rule)];
  for (const { kind, percent = 100, trait = '', segment } of rule.multipliers ?? [])
    parts.push({ key: kMultipliers[kind], times: percent / 100, name: segment ?? trait });
  for (const { points, times, every = 'total', everybody } of rule.caps ?? []) {
    const key = everybody ? 'budget' : 'cap';
    if (points !== undefined) parts.push({ key: `${key}_points`, points, every });
    if (times !== undefined) parts.push({ key: `${key}_times`, points: times, every });
  }
  if (rule.once_per) parts.push({ key: 'once_per', name: rule.once_per });
  for (const { days = 0, points = 0 } of rule.streak ?? [])
    parts.push({ key: 'streak', times: days, points });
  if (rule.delay_days) parts.push({ key: 'delay', points: rule.delay_days });
  return parts;
}

/** What sets it off: its event, or the tasks of a mission. */
export const eventsOf = (rule: LoyaltyRule): string[] =>
  rule.event ? [rule.event] : (rule.tasks ?? []).map(({ event }) => event);
