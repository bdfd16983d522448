import { describe, expect, test } from 'vitest';
import type { ExperimentResult } from '@/api/types';
import { evenWeights, forestOf, keyOf, placeIn, smallP, toldOf } from './result';

const none = { effect: null, low: null, high: null, p_value: null, unsaid: 'nobody' as const };
const some = (low: number, effect: number, high: number) => ({
  effect,
  low,
  high,
  p_value: 0.5,
  unsaid: '' as const,
});

describe('what is told of an effect', () => {
  test('relative first, else absolute, else nothing', () => {
    expect(toldOf({ relative: some(-1, 0, 1), absolute: some(-2, 3, 4) })?.relative).toBe(true);
    expect(toldOf({ relative: some(0.1, 2, 5), absolute: some(2, 3, 4) })?.relative).toBe(true);
    // The verdict is the absolute difference's: what is told beside it must not say less.
    expect(toldOf({ relative: some(-1, 2, 5), absolute: some(2, 3, 4) })?.relative).toBe(false);
    expect(toldOf({ relative: none, absolute: some(2, 3, 4) })).toEqual({
      relative: false,
      interval: { value: 3, low: 2, high: 4 },
    });
    expect(toldOf({ relative: none, absolute: none })).toBeNull();
    expect(toldOf({ relative: null, absolute: null })).toBeNull();
  });
});

describe('forest', () => {
  const result = {
    measures: [
      { key: 'a', effects: [{ arm: 'x', relative: some(-0.1, 0.1, 0.3) }] },
      { key: 'b', effects: [{ arm: 'x', relative: some(-90, 0, 90) }] },
      { key: 'c', effects: [{ arm: 'x', relative: none }] },
    ],
  } as unknown as ExperimentResult;
  test('one scale, which a wide interval does not flatten', () => {
    const { rows, scale } = forestOf(result);
    expect(rows.map((row) => row.interval === null)).toEqual([false, false, true]);
    expect(scale.to).toBeLessThan(5);
    expect(placeIn(scale, 90)).toBe(1);
    expect(placeIn(scale, -90)).toBe(0);
    expect(placeIn(scale, 0)).toBeCloseTo(0.5, 1);
  });
});

test('no p value reads as 0', () => {
  expect(smallP(0.0004)).toBe(true);
  expect(smallP(0.001)).toBe(false);
});

test('weights add up to 1', () => {
  for (let arms = 2; arms <= 10; arms += 1) {
    const sum = evenWeights(arms).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - 1)).toBeLessThan(1e-6);
  }
});

test('keys are plain', () => {
  expect(keyOf('  New Checkout, v2! ')).toBe('new-checkout-v2');
  expect(keyOf('新版结账')).toBe('');
});
