import { expect, test } from 'vitest';
import { exportPath, queryOf } from './query';

test('an empty address asks for the newest orders of known people', () => {
  expect(queryOf(new URLSearchParams())).toEqual({
    known: 'yes',
    sort: 'last_order',
    order: 'desc',
    offset: 0,
    limit: 50,
  });
});

test('the page, the set and the filters are read; nonsense falls back', () => {
  const query = queryOf(
    new URLSearchParams(
      'set=stage:silent&page=3&known=all&sort=revenue&order=asc&country=%20France ',
    ),
  );
  expect(query).toEqual({
    set: 'stage:silent',
    country: 'France',
    known: 'all',
    sort: 'revenue',
    order: 'asc',
    offset: 100,
    limit: 50,
  });
  expect(queryOf(new URLSearchParams('page=-4&sort=moon&known=maybe')).offset).toBe(0);
});

test('the export is the same question without its page', () => {
  const query = queryOf(new URLSearchParams('set=triangle:any:month:2010-12:3&page=2'));
  expect(exportPath(query)).toBe(
    '/v1/customers.csv?set=triangle%3Aany%3Amonth%3A2010-12%3A3' +
      '&known=yes&sort=last_order&order=desc',
  );
});
