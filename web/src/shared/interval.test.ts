import { expect, test } from 'vitest';
import { intervalScale, niceStep } from './interval';

test('steps are 1, 2 or 5 times a power of ten', () => {
  expect(niceStep(10, 5)).toBe(2);
  expect(niceStep(0.07, 5)).toBeCloseTo(0.02);
  expect(niceStep(430, 5)).toBe(100);
});

test('the line includes 0 and both ends, with 0 as a tick', () => {
  for (const values of [
    [-0.02, 0.01, 0.04],
    [3, 5, 9],
    [-9, -5, -3],
    [0, 0, 0],
  ]) {
    const scale = intervalScale(values);
    expect(scale.ticks).toContain(0);
    for (const value of [...values, 0]) {
      expect(scale.place(value)).toBeGreaterThanOrEqual(0);
      expect(scale.place(value)).toBeLessThanOrEqual(1);
    }
  }
});
