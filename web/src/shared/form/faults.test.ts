import { expect, test } from 'vitest';
import { faultOfId, isWord } from './faults';
import { nearest } from './places';

test('a problem belongs to the field that it names, or to what the field is a part of', () => {
  const fields = ['name', 'caps', 'caps.1', 'amount.points', 'amount'];
  expect(nearest('name', fields)).toBe('name');
  expect(nearest('caps.points', fields)).toBe('caps');
  expect(nearest('caps[1].points', fields)).toBe('caps.1');
  expect(nearest('amount.points', fields)).toBe('amount.points');
  expect(nearest('amount.tiers.points', fields)).toBe('amount');
  expect(nearest('capsize', fields)).toBe(null);
  expect(nearest('', fields)).toBe(null);
});

test('words are what the API takes as names', () => {
  expect(['a', 'gold-2', '0_x', 'a'.repeat(40)].every(isWord)).toBe(true);
  expect(['', 'Gold', 'a b', 'é', 'a'.repeat(41)].some(isWord)).toBe(false);
  expect(faultOfId('gold-2')).toBe(undefined);
  expect(faultOfId('Gold')).toBe('word');
  // Addresses call a thing so that is not there yet.
  expect(faultOfId('new')).toBe('reserved');
});
