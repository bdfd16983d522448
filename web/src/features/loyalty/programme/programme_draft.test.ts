import { expect, test } from 'vitest';
import type { Programme } from '@/api/types';
import { draftOf, expiryOf, faultsOfProgramme, isSaved, newCurrency } from './programme_draft';

const programme: Programme = {
  id: 'members',
  name: 'Members',
  zone: 'UTC',
  revision: 2,
  closed_until: null,
  currencies: [{ code: 'points', name: 'Points' }],
};

test('a programme that was read can be sent again', () => {
  expect(draftOf(programme)).not.toHaveProperty('closed_until');
  expect(faultsOfProgramme(draftOf(programme), ['members'])).toEqual({});
});

test('a new one needs an id of its own', () => {
  expect(faultsOfProgramme({ ...programme, revision: 0 }, ['members'])).toEqual({ id: 'twice' });
  const fresh = { ...programme, revision: 0 };
  expect(faultsOfProgramme({ ...fresh, id: 'My Club' }, [])).toEqual({ id: 'word' });
  expect(faultsOfProgramme({ ...fresh, id: 'new' }, [])).toEqual({ id: 'reserved' });
});

test('faults of a currency stand at its field', () => {
  const currencies = [
    { code: 'points', name: 'Points' },
    { code: 'points', name: '' },
    { code: 'Growth', name: 'Growth' },
  ];
  expect(faultsOfProgramme({ ...programme, name: ' ', zone: '', currencies }, [])).toEqual({
    name: 'needed',
    zone: 'needed',
    'currencies.1.code': 'twice',
    'currencies.1.name': 'needed',
    'currencies.2.code': 'word',
  });
  expect(faultsOfProgramme({ ...programme, currencies: [] }, [])).toEqual({
    currencies: 'one_needed',
  });
});

test('a further currency has a code that is free', () => {
  const codes = ['points', 'points-3'].map((code) => ({ code }));
  expect(newCurrency([]).code).toBe('points');
  expect(newCurrency(codes).code).toBe('points-4');
  expect(isSaved(programme, 'points')).toBe(true);
  expect(isSaved(programme, 'growth')).toBe(false);
  expect(isSaved(undefined, 'points')).toBe(false);
});

test('an expiry has what its kind needs', () => {
  expect(expiryOf('never')).toEqual({ kind: 'never' });
  expect(expiryOf('days')).toEqual({ kind: 'days', days: 365 });
  expect(expiryOf('end_of')).toEqual({ kind: 'end_of', unit: 'year', after: 1 });
});
