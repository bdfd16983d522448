import { expect, test } from 'vitest';
import { acrossOf, squares, type Score } from './rfm';

const score = (
  recency: number,
  frequency: number,
  monetary: number,
  people: number,
  cell: string,
): Score => ({
  recency,
  frequency,
  monetary,
  people,
  cell,
  set: `rfm:${recency}-${frequency}-${monetary}`,
});
const grid = [
  score(5, 5, 5, 300, 'champions'),
  score(5, 5, 2, 10, 'loyal'),
  score(1, 1, 1, 200, 'hibernating'),
  score(1, 2, 1, 40, 'hibernating'),
];

test('the score across rounds half up', () => {
  expect(acrossOf(score(1, 2, 1, 1, ''), 'rfm')).toBe(2);
  expect(acrossOf(score(1, 5, 2, 1, ''), 'rfm')).toBe(4);
  expect(acrossOf(score(1, 5, 2, 1, ''), 'rf')).toBe(5);
});

test.each(['rfm', 'rf'] as const)('every person stands in exactly one square (%s)', (view) => {
  const rows = squares(grid, view);
  expect(rows).toHaveLength(5);
  expect(rows.flat()).toHaveLength(25);
  expect(rows.flat().reduce((sum, square) => sum + square.people, 0)).toBe(550);
});

test('the newest stand on top, and a square is named after most of its people', () => {
  const corner = squares(grid, 'rf')[0]?.[4];
  expect(corner).toMatchObject({ recency: 5, across: 5, people: 310, cell: 'champions' });
  expect(corner?.scores.map((one) => one.set)).toEqual(['rfm:5-5-5', 'rfm:5-5-2']);
});
