// What is still wrong with a rule, by the place of the field. Pure.
import type { LoyaltyRule, RuleCondition, RuleMultiplier } from '@/api/types';
import type { Faults } from '@/shared/form/faults';

function conditionFaults(at: string, conditions: readonly RuleCondition[]): Faults {
  const faults: Faults = {};
  conditions.forEach(({ property, op = 'eq', value }, i) => {
    if (!property.trim()) faults[`${at}.${i}`] = 'needed';
    else if ((op === 'gte' || op === 'lte') && typeof value !== 'number')
      faults[`${at}.${i}`] = 'needed';
    else if (op === 'in' && !(Array.isArray(value) && value.length > 0))
      faults[`${at}.${i}`] = 'needed';
    else if ((op === 'eq' || op === 'ne') && (value === undefined || value === ''))
      faults[`${at}.${i}`] = 'needed';
  });
  return faults;
}

function multiplierFaults(multipliers: readonly RuleMultiplier[]): Faults {
  const faults: Faults = {};
  multipliers.forEach(({ kind, from, to, trait, value, segment }, i) => {
    const at = `multipliers.${i}`;
    if (kind === 'window' && !(from && to)) faults[at] = 'needed';
    else if (kind === 'window' && Date.parse(from ?? '') >= Date.parse(to ?? ''))
      faults[at] = 'after_from';
    if (kind === 'trait' && (!trait?.trim() || value === '')) faults[at] = 'needed';
    if (kind === 'segment' && !segment) faults[at] = 'needed';
  });
  return faults;
}

function streakFaults({ streak = [], streak_cycle = 0 }: LoyaltyRule): Faults {
  const faults: Faults = {};
  streak.forEach(({ days = 0 }, i) => {
    if (days < 1) faults[`streak.${i}`] = 'needed';
    else if (streak_cycle > 0 && days > streak_cycle) faults[`streak.${i}`] = 'cycle';
    else if (streak.some((other, k) => k < i && other.days === days))
      faults[`streak.${i}`] = 'twice';
  });
  return faults;
}

/** What of the rule the server would refuse, or what cannot be meant. */
export function faultsOfRule(rule: LoyaltyRule): Faults {
  const faults: Faults = {};
  if (!rule.name.trim()) faults.name = 'needed';
  const tasks = rule.tasks ?? [];
  if (!rule.event?.trim() && tasks.length === 0) faults.event = 'needed';
  tasks.forEach(({ event, when }, i) => {
    if (!event.trim()) faults[`tasks.${i}`] = 'needed';
    Object.assign(faults, conditionFaults(`tasks.${i}.when`, when ?? []));
  });
  const tiers = rule.amount.kind === 'tiered' ? (rule.amount.tiers ?? []) : [];
  if (rule.amount.kind === 'tiered' && tiers.length === 0) faults.amount = 'one_needed';
  tiers.forEach(({ from_minor = 0 }, i) => {
    if (i > 0 && from_minor <= (tiers[i - 1]?.from_minor ?? 0))
      faults[`amount.tiers.${i}`] = 'ascending';
  });
  (rule.caps ?? []).forEach(({ points, times }, i) => {
    if (points == null && times == null) faults[`caps.${i}`] = 'limit_needed';
  });
  return {
    ...faults,
    ...conditionFaults('when', rule.when ?? []),
    ...multiplierFaults(rule.multipliers ?? []),
    ...streakFaults(rule),
  };
}
