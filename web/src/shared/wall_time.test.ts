import { expect, test } from 'vitest';
import { instantOf, wallTime } from './wall_time';

test('there and back in zones east and west, in summer and winter', () => {
  for (const zone of [
    'UTC',
    'Europe/London',
    'Asia/Shanghai',
    'America/New_York',
    'Asia/Kolkata',
  ]) {
    for (const at of ['2011-09-09T00:00:00.000Z', '2011-12-01T08:26:00.000Z']) {
      expect(instantOf(wallTime(at, zone), zone)).toBe(at);
    }
  }
});

test('London in summer is an hour ahead', () => {
  expect(wallTime('2011-09-09T00:00:00Z', 'Europe/London')).toBe('2011-09-09T01:00:00');
  expect(instantOf('2011-09-09T00:00:00', 'Europe/London')).toBe('2011-09-08T23:00:00.000Z');
});

test('beside a change of clocks', () => {
  expect(instantOf('2011-03-27T00:30:00', 'Europe/London')).toBe('2011-03-27T00:30:00.000Z');
  expect(instantOf('2011-03-27T02:30:00', 'Europe/London')).toBe('2011-03-27T01:30:00.000Z');
});
