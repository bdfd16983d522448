import { expect, test } from 'vitest';
import { columnsOf, exportPath, kPresetColumns, queryOf, savedQuery } from './query';

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
  expect(exportPath(query, ['name', 'trait:city'])).toBe(
    '/v1/customers.csv?columns=name%2Ctrait%3Acity&set=triangle%3Aany%3Amonth%3A2010-12%3A3' +
      '&known=yes&sort=last_order&order=desc',
  );
});

test('columns that are not known are left out, and nothing chosen is the preset', () => {
  expect(columnsOf(undefined)).toEqual(kPresetColumns);
  expect(columnsOf(['moon'])).toEqual(kPresetColumns);
  expect(columnsOf(['trait:city', 'moon', 'name'])).toEqual(['trait:city', 'name']);
});

test('a saved view keeps the question without its page', () => {
  const query = queryOf(new URLSearchParams('page=7&search=wei&known=all&sort=name&order=asc'));
  expect(savedQuery(query)).toEqual({ search: 'wei', known: 'all', sort: 'name', order: 'asc' });
});
