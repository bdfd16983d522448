import { expect, test } from 'vitest';
import type { LoyaltyRule } from '@/api/types';
import {
  emptyRule,
  isMission,
  newMultiplier,
  ruleOfPreset,
  scopeOf,
  together,
  withKind,
  withScope,
  withTrigger,
} from './rule_draft';
import { faultsOfRule } from './rule_faults';

const good = () => ({ ...emptyRule(), name: 'Orders' });

test('a rule needs a name and something that sets it off', () => {
  expect(faultsOfRule(good())).toEqual({});
  expect(faultsOfRule({ ...good(), name: ' ', event: '' })).toEqual({
    name: 'needed',
    event: 'needed',
  });
});

test('faults are named by the place of their part', () => {
  const faults = faultsOfRule({
    ...good(),
    when: [{ property: 'total', op: 'gte' }, { property: '' }, { property: 'x', op: 'exists' }],
    amount: {
      kind: 'tiered',
      tiers: [{ from_minor: 0 }, { from_minor: 500 }, { from_minor: 500 }],
    },
    multipliers: [
      { kind: 'window', from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      newMultiplier('segment'),
      newMultiplier('level'),
      { kind: 'trait', trait: 'vip', value: '' },
      { kind: 'trait', trait: 'vip', value: false },
    ],
    caps: [{ every: 'day' }, { every: 'day', times: 0 }],
    streak: [
      { days: 7, points: 5 },
      { days: 7, points: 9 },
      { days: 31, points: 9 },
    ],
    streak_cycle: 30,
  });
  expect(faults).toEqual({
    'when.0': 'needed',
    'when.1': 'needed',
    'amount.tiers.2': 'ascending',
    'multipliers.0': 'after_from',
    'multipliers.1': 'needed',
    'multipliers.3': 'needed',
    'caps.0': 'limit_needed',
    'streak.1': 'twice',
    'streak.2': 'cycle',
  });
});

test('conditions of tasks are looked at too', () => {
  const tasks = [{ event: 'A', when: [{ property: '' }] }, { event: '' }];
  expect(faultsOfRule({ ...good(), event: '', tasks })).toEqual({
    'tasks.0.when.0': 'needed',
    'tasks.1': 'needed',
  });
});

test('an event becomes the first task of a mission, and the other way', () => {
  const rule = { ...good(), event: 'Shared', when: [{ property: 'where', value: 'x' }] };
  const mission = withTrigger(rule, true);
  expect(isMission(mission)).toBe(true);
  expect(mission.event).toBe('');
  expect(mission.tasks).toEqual([{ event: 'Shared', when: rule.when, times: 1 }]);
  const back = withTrigger(mission, false);
  expect(back.event).toBe('Shared');
  expect(isMission(back)).toBe(false);
  expect(back.when).toEqual(rule.when);
  expect(withTrigger(rule, false)).toBe(rule);
});

test('a mission that was looked at as an event is the same mission again', () => {
  const mission: LoyaltyRule = {
    ...good(),
    event: '',
    when: [],
    once_per: '',
    mission_every: 'month',
    tasks: [
      { event: 'A', times: 2, when: [{ property: 'total', op: 'gte', value: 5 }] },
      { event: 'B', when: [{ property: 'shop', op: 'in', value: ['x', 'y'] }] },
    ],
    caps: [{ points: 5, every: 'day', whole_programme: true, everybody: false }],
    delay_days: 3,
  };
  const event = withTrigger(mission, false);
  expect(event.when).toEqual(mission.tasks?.[0]?.when);
  expect(withTrigger({ ...event, name: 'Changed' }, true, mission)).toEqual({
    ...mission,
    name: 'Changed',
  });
  const streak = { ...good(), once_per: 'id', streak: [{ days: 7, points: 5 }] };
  expect(withTrigger(withTrigger(streak, true), false, streak)).toEqual(streak);
});

test('a preset begins anew: on, from now, without an id', () => {
  const preset = { id: 'p', name: 'P', version: 3, enabled: false, amount: emptyRule().amount };
  const rule = ruleOfPreset({ ...preset, tasks: [{ event: 'A' }] });
  expect(rule).toMatchObject({ id: '', version: 0, enabled: true, from: null, name: 'P' });
  expect(isMission(rule)).toBe(true);
});

test('multipliers come together as the server works them out', () => {
  expect(together([], 'multiply')).toBe(1);
  expect(together([3, 1.5], 'multiply')).toBe(4.5);
  expect(together([3, 1.5], 'add')).toBe(3.5);
  expect(together([0, 0], 'add')).toBe(0);
  expect(together([3, 1.5], 'best')).toBe(3);
});

test('amounts change their way of counting', () => {
  const money = withKind({ kind: 'fixed', points: 5 }, 'per_money', 100);
  expect(money).toEqual({ kind: 'per_money', rounding: 'down', points: 5, per_minor: 100 });
  const tiers = withKind(money, 'tiered', 100).tiers;
  expect(tiers).toEqual([{ from_minor: 0, points: 5, per_minor: 100 }]);
  expect(withKind({ kind: 'tiered', tiers: tiers ?? [] }, 'fixed', 100)).toEqual({
    kind: 'fixed',
    rounding: 'down',
    points: 5,
  });
});

test('whom a limit counts', () => {
  for (const scope of ['person', 'everybody', 'programme', 'programme_everybody'] as const)
    expect(scopeOf(withScope({ points: 1 }, scope))).toBe(scope);
});
