import { expect, test } from 'vitest';
import { faultsOfThing } from './thing_faults';

test('a thing has a name and a time that ends after it begins', () => {
  const good = { name: 'Mug', from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
  expect(faultsOfThing(good)).toEqual({});
  expect(faultsOfThing({ name: ' ', from: '', to: '' })).toEqual({
    name: 'needed',
    from: 'needed',
    to: 'needed',
  });
  expect(faultsOfThing({ ...good, to: good.from })).toEqual({ to: 'after_from' });
  // The same moment, said in another zone.
  expect(faultsOfThing({ ...good, to: '2026-01-01T08:00:00+08:00' })).toEqual({ to: 'after_from' });
});
