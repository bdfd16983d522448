import { expect, test } from 'vitest';
import type { DashboardTile, ReportAnswer } from '@/api/types';
import { canChange, changed, inOrder, isOld, packed, withTile, without } from './tiles';

const tile = (id: string, w: number, h = 4): DashboardTile => ({ report_id: id, x: 0, y: 0, w, h });
const places = (tiles: DashboardTile[]) => tiles.map((one) => [one.report_id, one.x, one.y]);

test('tiles stand beside each other, then below the highest', () => {
  const tiles = packed([tile('a', 6, 4), tile('b', 6, 6), tile('c', 8), tile('d', 6)]);
  expect(places(tiles)).toEqual([
    ['a', 0, 0],
    ['b', 6, 0],
    ['c', 0, 6],
    ['d', 0, 10],
  ]);
  expect(inOrder([...tiles].reverse())).toEqual(tiles);
});

test('a new tile comes last, one that goes leaves no hole', () => {
  const tiles = withTile(packed([tile('a', 6)]), 'b');
  expect(places(tiles)).toEqual([
    ['a', 0, 0],
    ['b', 6, 0],
  ]);
  expect(places(without(tiles, 0))).toEqual([['b', 0, 0]]);
});

test('moving and resizing by steps, with ends', () => {
  const tiles = packed([tile('a', 6), tile('b', 6)]);
  expect(places(changed(tiles, 1, 'earlier'))).toEqual([
    ['b', 0, 0],
    ['a', 6, 0],
  ]);
  expect(changed(tiles, 0, 'wider')[0]?.w).toBe(8);
  expect(changed(tiles, 0, 'narrower')[0]?.w).toBe(4);
  expect(changed(tiles, 0, 'lower')[0]?.h).toBe(3);
  expect(canChange(tiles, 0, 'earlier')).toBe(false);
  expect(canChange(tiles, 1, 'later')).toBe(false);
  expect(canChange(packed([tile('a', 12)]), 0, 'wider')).toBe(false);
  expect(canChange(packed([tile('a', 12, 3)]), 0, 'lower')).toBe(false);
});

test('answers that the server refreshes are left to it; others get old', () => {
  const now = new Date('2026-03-01T12:05:00Z').getTime();
  const kept = (tried_at: string): ReportAnswer => ({
    report_id: 'a',
    answered_at: null,
    answer: null,
    tried_at,
    failure: null,
  });
  expect(isOld(undefined, 15, now)).toBe(true);
  expect(isOld(kept('2026-02-01T12:00:00Z'), 15, now)).toBe(false);
  expect(isOld(kept('2026-03-01T12:00:01Z'), 0, now)).toBe(false);
  expect(isOld(kept('2026-03-01T12:00:00Z'), 0, now)).toBe(true);
});
