import { describe, expect, test } from 'vitest';
import { everyDay, readable } from './quarantine';

describe('days of the quarantine', () => {
  test('gaps are shown', () => {
    expect(
      everyDay([
        { day: '2026-02-27', count: 2 },
        { day: '2026-03-01', count: 1 },
      ]),
    ).toEqual([
      { day: '2026-02-27', count: 2 },
      { day: '2026-02-28', count: 0 },
      { day: '2026-03-01', count: 1 },
    ]);
    expect(everyDay([])).toEqual([]);
  });
  test('a long time ago does not make the chart endless', () => {
    const days = everyDay([
      { day: '1990-01-01', count: 1 },
      { day: '2026-03-01', count: 1 },
    ]);
    expect(days).toHaveLength(400);
    expect(days[399]?.day).toBe('2026-03-01');
  });
});

test('a body is shown with its lines indented, or as it came', () => {
  expect(readable('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(readable('{"a"')).toBe('{"a"');
});
