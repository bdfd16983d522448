// What a rule says, as the parts of a sentence: words of the catalogue with their numbers. Pure.
import type { LoyaltyRule, RuleCap, RuleCondition, RuleMultiplier, RuleTier } from '@/api/types';

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
    | 'cap_points'
    | 'cap_times'
    | 'budget_points'
    | 'budget_times'
    | 'all_cap_points'
    | 'all_cap_times'
    | 'all_budget_points'
    | 'all_budget_times'
    | 'once_per'
    | 'streak'
    | 'delay'
    | 'expires';
  points?: number;
  minor?: number;
  /** A multiplier as a number: 3 for 300 %. */
  times?: number;
  every?: NonNullable<RuleCap['every']>;
  name?: string;
  rounding?: NonNullable<LoyaltyRule['amount']['rounding']>;
  tiers?: RuleTier[];
  from?: string;
  to?: string;
}

function amountOf({ amount }: LoyaltyRule): Part {
  const points = amount.points ?? 0;
  const rounding = amount.rounding ?? 'down';
  if (amount.kind === 'per_money')
    return { key: 'per_money', points, minor: amount.per_minor ?? 0, rounding };
  if (amount.kind === 'tiered') return { key: 'tiered', tiers: amount.tiers ?? [], rounding };
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

function multiplierOf(multiplier: RuleMultiplier): Part {
  const { kind, percent = 100, trait = '', value, segment, from, to } = multiplier;
  const part: Part = { key: kMultipliers[kind], times: percent / 100 };
  if (kind === 'window') return { ...part, from: from ?? '', to: to ?? '' };
  if (kind === 'segment') return { ...part, name: segment ?? '' };
  const said = value === undefined || value === null ? trait : `${trait} = ${String(value)}`;
  return { ...part, name: said };
}

export function partsOf(rule: LoyaltyRule): Part[] {
  const parts = [amountOf(rule)];
  for (const multiplier of rule.multipliers ?? []) parts.push(multiplierOf(multiplier));
  for (const { points, times, every = 'total', everybody, whole_programme } of rule.caps ?? []) {
    const who = everybody ? ('budget' as const) : ('cap' as const);
    const key = whole_programme ? (`all_${who}` as const) : who;
    if (points != null) parts.push({ key: `${key}_points`, points, every });
    if (times != null) parts.push({ key: `${key}_times`, points: times, every });
  }
  if (rule.once_per) parts.push({ key: 'once_per', name: rule.once_per });
  for (const { days = 0, points = 0 } of rule.streak ?? [])
    parts.push({ key: 'streak', times: days, points });
  if (rule.delay_days) parts.push({ key: 'delay', points: rule.delay_days });
  if (rule.expires_in_days != null) parts.push({ key: 'expires', points: rule.expires_in_days });
  return parts;
}

/** What sets it off: its event, or the tasks of a mission. */
export const eventsOf = (rule: LoyaltyRule): string[] =>
  rule.event ? [rule.event] : (rule.tasks ?? []).map(({ event }) => event);

/** One thing that has to happen: an event, its conditions, how often. */
export interface Trigger {
  event: string;
  when: RuleCondition[];
  times: number;
}

/** All that has to happen before a rule gives something. */
export const triggersOf = ({ event, when, tasks }: LoyaltyRule): Trigger[] =>
  event
    ? [{ event, when: when ?? [], times: 1 }]
    : (tasks ?? []).map((task) => ({
        event: task.event,
        when: task.when ?? [],
        times: task.times ?? 1,
      }));
