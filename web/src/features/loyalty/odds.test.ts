import { describe, expect, test } from 'vitest';
import { faultsOfPrizes, percentOf, ppmOf, sumOf } from './odds';

describe('odds', () => {
  test('percent and parts of a million are the same number', () => {
    expect(ppmOf(12.3456)).toBe(123_456);
    expect(percentOf(1)).toBe(0.0001);
    for (const ppm of [0, 1, 333_333, 1_000_000]) expect(ppmOf(percentOf(ppm))).toBe(ppm);
  });
  test('thirds need their rest', () => {
    const third = { odds_ppm: ppmOf(33.3333) };
    expect(sumOf([third, third, third]).all).toBe(false);
    expect(sumOf([third, third, { odds_ppm: ppmOf(33.3334) }])).toEqual({
      percent: 100,
      all: true,
    });
    expect(sumOf([])).toEqual({ percent: 0, all: false });
  });
});

test('prizes have names, a batch when they are coupons, and odds that are everything', () => {
  const points = { id: 'a', name: 'Points', kind: 'points' as const, odds_ppm: 400_000, points: 5 };
  const coupon = { id: 'b', name: 'Coupon', kind: 'coupon' as const, odds_ppm: 600_000 };
  expect(faultsOfPrizes([points, { ...coupon, batch: 'spring' }])).toEqual({});
  expect(faultsOfPrizes([{ ...points, name: ' ' }, coupon])).toEqual({
    'prizes.0': 'needed',
    'prizes.1': 'needed',
  });
  expect(faultsOfPrizes([points])).toEqual({ prizes: 'sum' });
  expect(faultsOfPrizes([])).toEqual({ prizes: 'one_needed' });
});
