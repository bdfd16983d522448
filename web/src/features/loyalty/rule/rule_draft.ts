// A rule as its form holds it: what a new part begins as, and what becomes of it. Pure.
import type { LoyaltyRule, LoyaltyRuleDraft, RuleCap, RuleMultiplier, RuleTask } from '@/api/types';

export type Amount = LoyaltyRule['amount'];
export type MultiplierKind = RuleMultiplier['kind'];
export type Stacking = NonNullable<LoyaltyRule['stacking']>;

export const kMostMultipliers = 5;
export const kMultiplierKinds: readonly MultiplierKind[] = [
  'birthday_month',
  'level',
  'window',
  'first_order',
  'segment',
  'trait',
];

export const isMission = ({ event, tasks }: Pick<LoyaltyRule, 'event' | 'tasks'>): boolean =>
  !event && (tasks ?? []).length > 0;

export const emptyRule = (): LoyaltyRule => ({
  id: '',
  name: '',
  version: 0,
  enabled: true,
  from: null,
  event: 'Order Completed',
  when: [],
  currency: '',
  amount: { kind: 'fixed', points: 10 },
  multipliers: [],
  stacking: 'multiply',
  caps: [],
  streak: [],
  tasks: [],
});

/** A new rule that begins as a preset. */
export const ruleOfPreset = (preset: LoyaltyRuleDraft): LoyaltyRule => ({
  ...emptyRule(),
  event: '',
  ...preset,
  id: '',
  version: 0,
  enabled: true,
  from: null,
});

/**
 * The rule set off by an event, or once several tasks are done; the other parts stay. `before` is
 * the rule as it was when it was set off in the other way: what it had then is there again.
 */
export function withTrigger(
  rule: LoyaltyRule,
  mission: boolean,
  before?: LoyaltyRule,
): LoyaltyRule {
  if (mission === isMission(rule)) return rule;
  if (before && isMission(before) === mission) {
    const { event = '', when = [], once_per = '', streak = [], tasks = [] } = before;
    return { ...rule, event, when, once_per, streak, tasks };
  }
  if (!mission) {
    const first = rule.tasks?.[0];
    return {
      ...rule,
      event: first?.event || 'Order Completed',
      when: first?.when ?? [],
      tasks: [],
    };
  }
  const first: RuleTask = { event: rule.event ?? '', when: rule.when ?? [], times: 1 };
  return { ...rule, event: '', when: [], streak: [], once_per: '', tasks: [first] };
}

/** The amount counted in another way, with what it had and the new way needs. */
export function withKind(amount: Amount, kind: Amount['kind'], unit: number): Amount {
  const rounding = amount.rounding ?? 'down';
  const points = amount.points ?? amount.tiers?.[0]?.points ?? 1;
  const per_minor = amount.per_minor ?? unit;
  if (kind === 'tiered') return { kind, rounding, tiers: [{ from_minor: 0, points, per_minor }] };
  if (kind === 'per_money') return { kind, rounding, points, per_minor };
  return { kind, rounding, points };
}

export function newMultiplier(kind: MultiplierKind): RuleMultiplier {
  if (kind === 'level') return { kind };
  if (kind === 'trait') return { kind, percent: 200, trait: '' };
  if (kind === 'segment') return { kind, percent: 200, segment: '' };
  return { kind, percent: kind === 'birthday_month' ? 300 : 200 };
}

/** What several multipliers that apply make together, as a number of times; of none 1. */
export function together(times: readonly number[], stacking: Stacking): number {
  if (times.length === 0) return 1;
  if (stacking === 'best') return Math.max(...times);
  if (stacking === 'add')
    return Math.max(
      0,
      times.reduce((sum, one) => sum + one - 1, 1),
    );
  return times.reduce((product, one) => product * one, 1);
}

export type CapScope = 'person' | 'everybody' | 'programme' | 'programme_everybody';

export const scopeOf = ({ whole_programme, everybody }: RuleCap): CapScope =>
  whole_programme
    ? everybody
      ? 'programme_everybody'
      : 'programme'
    : everybody
      ? 'everybody'
      : 'person';

export const withScope = (cap: RuleCap, scope: CapScope): RuleCap => ({
  ...cap,
  whole_programme: scope.startsWith('programme'),
  everybody: scope.endsWith('everybody'),
});
