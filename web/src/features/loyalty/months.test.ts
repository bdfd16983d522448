import { expect, test } from 'vitest';
import { monthAfter, monthBefore } from './months';

test('months go over the turn of the year', () => {
  expect(monthAfter('2026-12')).toBe('2027-01');
  expect(monthBefore('2027-01')).toBe('2026-12');
  expect(monthAfter('2026-01')).toBe('2026-02');
});
