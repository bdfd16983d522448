import { expect, test } from 'vitest';
import { axisOfSeconds, partsOfSpan, stepOfAxis } from './spans';

test('the two largest units', () => {
  expect(partsOfSpan(0)).toEqual([['second', 0]]);
  expect(partsOfSpan(59.4)).toEqual([['second', 59]]);
  expect(partsOfSpan(5400)).toEqual([
    ['hour', 1],
    ['minute', 30],
  ]);
  expect(partsOfSpan(2 * 86_400 + 3 * 3600 + 59)).toEqual([
    ['day', 2],
    ['hour', 3],
  ]);
});

test('rounding goes over to the next unit', () => {
  expect(partsOfSpan(3599.9)).toEqual([['hour', 1]]);
  expect(partsOfSpan(86_399)).toEqual([['day', 1]]);
  expect(partsOfSpan(59.9)).toEqual([['minute', 1]]);
});

test('ticks stand at round spans, and there are few of them', () => {
  expect(stepOfAxis(5)).toBe(1);
  expect(stepOfAxis(32_000)).toBe(2 * 3600);
  expect(stepOfAxis(400 * 86_400)).toBe(100 * 86_400);
  for (const top of [1, 40, 900, 7000, 90_000, 3_000_000])
    expect(top / stepOfAxis(top)).toBeLessThanOrEqual(6);
});

test('an axis of seconds ends with a tick', () => {
  expect(axisOfSeconds(32_000)).toEqual({ interval: 7200, max: 36_000 });
  expect(axisOfSeconds(0)).toEqual({ interval: 1, max: 1 });
});
