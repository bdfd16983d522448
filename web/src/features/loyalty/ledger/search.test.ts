import { expect, test } from 'vitest';
import { addressOf, csvOf, searchOf } from './search';

test('a search comes out of the address as it went in', () => {
  const search = { kind: 'adjust,transfer', person: 7, min: 0, from: '2026-03-01T00:00:00Z' };
  const address = addressOf(search);
  expect(address.to).toBeNull();
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(address))
    if (value !== null) params.set(name, String(value));
  expect(searchOf(params)).toEqual(search);
});

test('what is no number is left out', () => {
  expect(searchOf(new URLSearchParams('person=me&min=-1&max=1.5&reference=%20'))).toEqual({});
});

test('the file has the same search', () => {
  expect(csvOf('members', {})).toBe('/v1/loyalty/programmes/members/postings.csv');
  expect(csvOf('members', { kind: 'adjust,redeem', reference: 'a&b' })).toBe(
    '/v1/loyalty/programmes/members/postings.csv?kind=adjust%2Credeem&reference=a%26b',
  );
});
