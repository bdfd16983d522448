import { describe, expect, test } from 'vitest';
import { percentOf, ppmOf, sumOf } from './odds';

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
