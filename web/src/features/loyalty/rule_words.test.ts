import { expect, test } from 'vitest';
import type { LoyaltyRule } from '@/api/types';
import { eventsOf, partsOf, triggersOf } from './rule_words';

const rule = (change: Partial<LoyaltyRule>): LoyaltyRule => ({
  id: 'purchase',
  name: 'Purchase',
  version: 1,
  enabled: true,
  from: null,
  event: 'Order Completed',
  amount: { kind: 'per_money', points: 1, per_minor: 100 },
  ...change,
});

test('a rule is said by its amount, multipliers, caps and streaks, in this order', () => {
  const parts = partsOf(
    rule({
      multipliers: [{ kind: 'level' }, { kind: 'birthday_month', percent: 300 }],
      caps: [
        { points: 200, every: 'month' },
        { times: 1, every: 'day' },
      ],
      streak: [{ days: 7, points: 20 }],
      delay_days: 14,
      expires_in_days: 90,
    }),
  );
  expect(parts).toEqual([
    { key: 'per_money', points: 1, minor: 100, rounding: 'down' },
    { key: 'level', times: 1, name: '' },
    { key: 'birthday', times: 3, name: '' },
    { key: 'cap_points', points: 200, every: 'month' },
    { key: 'cap_times', points: 1, every: 'day' },
    { key: 'streak', times: 7, points: 20 },
    { key: 'delay', points: 14 },
    { key: 'expires', points: 90 },
  ]);
});

test('whom a limit counts together is said', () => {
  const keys = (cap: object) => partsOf(rule({ caps: [{ points: 5, times: 2, ...cap }] })).slice(1);
  expect(keys({}).map(({ key }) => key)).toEqual(['cap_points', 'cap_times']);
  expect(keys({ everybody: true }).map(({ key }) => key)).toEqual([
    'budget_points',
    'budget_times',
  ]);
  expect(keys({ whole_programme: true }).map(({ key }) => key)).toEqual([
    'all_cap_points',
    'all_cap_times',
  ]);
  expect(keys({ whole_programme: true, everybody: true }).map(({ key }) => key)).toEqual([
    'all_budget_points',
    'all_budget_times',
  ]);
});

test('a campaign says its days, and tiers say all of their steps', () => {
  const tiers = [{ from_minor: 0, points: 1, per_minor: 100 }];
  const window = { kind: 'window' as const, percent: 200, from: '2026-01-01', to: '2026-02-01' };
  expect(partsOf(rule({ amount: { kind: 'tiered', tiers }, multipliers: [window] }))).toEqual([
    { key: 'tiered', tiers, rounding: 'down' },
    { key: 'window', times: 2, from: '2026-01-01', to: '2026-02-01' },
  ]);
});

test('a mission is set off by its tasks', () => {
  expect(eventsOf(rule({}))).toEqual(['Order Completed']);
  const when = [{ property: 'shop', value: 'north' }];
  const mission = rule({
    event: '',
    tasks: [
      { event: 'A', when },
      { event: 'B', times: 3 },
    ],
  });
  expect(eventsOf(mission)).toEqual(['A', 'B']);
  expect(triggersOf(mission)).toEqual([
    { event: 'A', when, times: 1 },
    { event: 'B', when: [], times: 3 },
  ]);
  expect(triggersOf(rule({ when }))).toEqual([{ event: 'Order Completed', when, times: 1 }]);
});
