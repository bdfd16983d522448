import { expect, test } from 'vitest';
import { hourSpan, kindOfFact } from './tag_words';

test('an hour ends where the next begins', () => {
  expect(hourSpan('00')).toBe('00:00–01:00');
  expect(hourSpan('09')).toBe('09:00–10:00');
  expect(hourSpan('23')).toBe('23:00–24:00');
});

test('words of tags stand under their kind, names under none', () => {
  expect(kindOfFact('rfm_cell')).toBe('cell');
  expect(kindOfFact('price_band')).toBe('tag_price_band');
  expect(kindOfFact('interest')).toBe('tag_plain');
});
