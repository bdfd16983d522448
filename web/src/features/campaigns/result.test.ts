import { expect, test } from 'vitest';
import type { Comparison } from '@/api/types';
import { headlineOf, intervalOf, shareSent, verdictCounts } from './result';

test('verdicts come in their order, empty ones are left out', () => {
  expect(verdictCounts({ held_out: 5, sent: 6, failed: 0, odd: 1, pending: 2 })).toEqual([
    { verdict: 'pending', people: 2 },
    { verdict: 'sent', people: 6 },
    { verdict: 'held_out', people: 5 },
    { verdict: 'odd', people: 1 },
  ]);
});

test('people who were never due do not count as progress', () => {
  expect(shareSent({ pending: 25, sent: 70, failed: 5, held_out: 100 })).toBe(0.75);
  expect(shareSent({ held_out: 10 })).toBe(1);
});

test('the headline claims nothing while 0 is in the interval', () => {
  expect(headlineOf({ low: 1, value: 5, high: 9 })).toBe('more');
  expect(headlineOf({ low: -9, value: -5, high: -1 })).toBe('fewer');
  expect(headlineOf({ low: -3, value: 5, high: 12 })).toBe('open');
  expect(headlineOf({ low: 0, value: 5, high: 12 })).toBe('open');
  expect(headlineOf({ low: -2, value: 0, high: 2 })).toBe('zero');
  expect(headlineOf(null)).toBe('none');
});

test('a comparison without an end has no interval', () => {
  const comparison: Comparison = {
    measure: 'order_rate',
    treated: 0.2,
    held_out: 0.1,
    difference: 0.1,
    low: 0.02,
    high: null,
    p_value: null,
    verdict: 'cannot_tell',
    method: 'newcombe',
  };
  expect(intervalOf(comparison)).toBeNull();
  expect(intervalOf({ ...comparison, high: 0.18 })).toEqual({ low: 0.02, value: 0.1, high: 0.18 });
});
