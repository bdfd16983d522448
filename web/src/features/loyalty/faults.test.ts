import { expect, test } from 'vitest';
import { fieldOf, isWord } from './faults';

test('a problem belongs to the field that it names, or to what the field is a part of', () => {
  const fields = ['name', 'caps', 'amount.points', 'amount'];
  expect(fieldOf('name', fields)).toBe('name');
  expect(fieldOf('caps.points', fields)).toBe('caps');
  expect(fieldOf('amount.points', fields)).toBe('amount.points');
  expect(fieldOf('amount.tiers.points', fields)).toBe('amount');
  expect(fieldOf('capsize', fields)).toBe(null);
  expect(fieldOf('', fields)).toBe(null);
  expect(fieldOf(undefined, fields)).toBe(null);
});

test('words are what the API takes as names', () => {
  expect(['a', 'gold-2', '0_x', 'a'.repeat(40)].every(isWord)).toBe(true);
  expect(['', 'Gold', 'a b', 'é', 'a'.repeat(41)].some(isWord)).toBe(false);
});
