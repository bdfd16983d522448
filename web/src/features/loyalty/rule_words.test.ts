import { expect, test } from 'vitest';
import type { LoyaltyRule } from '@/api/types';
import { eventsOf, partsOf } from './rule_words';

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
    }),
  );
  expect(parts).toEqual([
    { key: 'per_money', points: 1, minor: 100 },
    { key: 'level', times: 1, name: '' },
    { key: 'birthday', times: 3, name: '' },
    { key: 'cap_points', points: 200, every: 'month' },
    { key: 'cap_times', points: 1, every: 'day' },
    { key: 'streak', times: 7, points: 20 },
    { key: 'delay', points: 14 },
  ]);
});

test('a mission is set off by its tasks', () => {
  expect(eventsOf(rule({}))).toEqual(['Order Completed']);
  expect(eventsOf(rule({ event: '', tasks: [{ event: 'A' }, { event: 'B' }] }))).toEqual([
    'A',
    'B',
  ]);
});
