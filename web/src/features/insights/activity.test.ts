import { expect, test } from 'vitest';
import type { ActivityRow } from '@/api/types';
import { setOf, totalsOf, valueOf } from './activity';

const row: ActivityRow = {
  label: '2011-08',
  from: '2011-07-31T23:00:00.000Z',
  to: '2011-08-31T23:00:00.000Z',
  complete: true,
  customers: 980,
  new_customers: 160,
  orders: 1300,
  refunds: 200,
  anonymous_orders: 40,
  revenue_minor: 68_000_000,
  repurchase: { numerator: 245, denominator: 980, rate: 0.25 },
  sets: { customers: 'activity:customers:month:2011-08', repeat: 'activity:repeat:month:2011-08' },
};

test('values and the people behind them', () => {
  expect(valueOf(row, 'revenue')).toBe(68_000_000);
  expect(valueOf(row, 'repurchase')).toBe(0.25);
  expect(setOf(row, 'repurchase')).toBe('activity:repeat:month:2011-08');
  expect(setOf(row, 'orders')).toBe('activity:customers:month:2011-08');
});

test('totals', () => {
  expect(totalsOf([row, row])).toEqual({
    orders: 2600,
    refunds: 400,
    anonymous_orders: 80,
    revenue_minor: 136_000_000,
    new_customers: 320,
  });
  expect(totalsOf([]).orders).toBe(0);
});
