import { expect, test } from 'vitest';
import { kShownRows, leaningOf, placeOf, rowsShown, scaleOf, type WordRow } from './group';

const row = (word: string, more: Partial<WordRow> = {}): WordRow => ({
  word,
  group: 40,
  all: 400,
  group_share: 0.1,
  all_share: 0.1,
  index: 100,
  low: 80,
  high: 120,
  small: false,
  differs: false,
  set: `tag:interest:${word}:segment:s`,
  ...more,
});

test('the words that most of the group have are shown, in their order', () => {
  const words = Array.from({ length: 20 }, (_, i) => row(`w${i}`, { group: i }));
  const shown = rowsShown({ tag: 'interest', group: 190, all: 900, small: false, words });
  expect(shown.map((one) => one.group)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  expect(shown).toHaveLength(kShownRows);
  expect(rowsShown({ tag: 'active_hour', group: 1, all: 9, small: true, words })).toHaveLength(20);
});

test('the scale holds the intervals, and 100 never stands right of the middle', () => {
  expect(scaleOf([])).toBe(200);
  expect(scaleOf([row('a')])).toBe(200);
  expect(scaleOf([row('a', { high: 312 })])).toBe(350);
  expect(scaleOf([row('a', { high: 9_000 })])).toBe(500);
  expect(scaleOf([row('a', { high: 9_000, small: true, index: 210 })])).toBe(250);
  expect(placeOf(100, 200)).toBe(0.5);
  expect(placeOf(900, 500)).toBe(1);
});

test('too few say nothing, and only a clear difference leans', () => {
  expect(leaningOf(row('a', { small: true, differs: true, index: 300 }))).toBe('small');
  expect(leaningOf(row('a', { index: 130 }))).toBe('same');
  expect(leaningOf(row('a', { differs: true, index: 130 }))).toBe('more');
  expect(leaningOf(row('a', { differs: true, index: 60 }))).toBe('less');
});
