import { expect, test } from 'vitest';
import { cohortRows } from './cohorts';

test('a cohort is a row with its money', () => {
  const rows = cohortRows({
    currency: 'points',
    as_of: '2026-11-28T00:00:00Z',
    outstanding: 60,
    ledger: 60,
    liability_minor: 48,
    cards: { unclaimed: 0, liability_minor: 0, total_minor: 48, cohorts: [] },
    money: 'CNY',
    assumptions: {},
    cohorts: [
      {
        month: '2026-10',
        earned: 100,
        outstanding: 60,
        used: 30,
        expired: 10,
        liability_minor: 48,
      },
    ],
  });
  expect(rows).toEqual([
    ['month', 'earned', 'used', 'expired', 'outstanding', 'liability_minor', 'currency'],
    ['2026-10', 100, 30, 10, 60, 48, 'CNY'],
  ]);
});
