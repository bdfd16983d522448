import { describe, expect, it } from 'vitest';
import type { Goal } from '@/api/types';
import { monthsBetween, plotOf } from './goal';

const month = (label: string, value: number | null) => ({
  label,
  complete: true,
  value,
  low: null,
  high: null,
  numerator: null,
  denominator: null,
  expected: null,
  set: '',
});

describe('goals', () => {
  it('count months over the end of a year', () => {
    expect(monthsBetween('2025-11', '2026-02')).toBe(4);
    expect(monthsBetween('2026-02', '2026-02')).toBe(1);
  });

  it('draw the line from the last month before to the last month of the goal', () => {
    const goal = {
      earlier: [month('2025-12', 0.2), month('2026-01', null)],
      months: [month('2026-02', 0.3)],
      base_is: 0.2,
      target: 0.4,
    } as unknown as Goal;
    const plot = plotOf(goal, 3);
    expect(plot.points.map((point) => point.at)).toEqual([0, 2]);
    expect(plot.path).toEqual([
      { at: 1, value: 0.2 },
      { at: 4, value: 0.4 },
    ]);
    expect(plot.low).toBeLessThan(0.2);
    expect(plot.high).toBeGreaterThan(0.4);
    const wide = [{ ...month('2026-02', 0.3), low: 0.05, high: 0.9 }] as unknown as Goal['months'];
    expect(plotOf({ ...goal, months: wide }, 3).high).toBeGreaterThan(0.9);
    expect(plotOf({ ...goal, target: null }, 3).path).toBeNull();
    expect(plotOf({ ...goal, earlier: [], months: [], base_is: null }, 3).high).toBe(1);
  });
});
