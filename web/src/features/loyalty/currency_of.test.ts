import { expect, test } from 'vitest';
import { currencyOf } from './currency_of';

test('a currency of another programme is none of this one', () => {
  const currencies = [{ code: 'points' }, { code: 'growth' }];
  const programme = {
    id: 'm',
    name: 'M',
    zone: 'UTC',
    revision: 1,
    closed_until: null,
    currencies,
  };
  expect(currencyOf(programme, 'growth')).toBe('growth');
  expect(currencyOf(programme, 'miles')).toBe('points');
  expect(currencyOf(programme, '')).toBe('points');
  expect(currencyOf(undefined, 'points')).toBe('');
});
