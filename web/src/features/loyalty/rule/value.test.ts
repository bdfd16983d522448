import { expect, test } from 'vitest';
import { kindOfValue, valueAs, withOp, withValue } from './value';

test('a value is a text, a number, or yes or no', () => {
  expect(kindOfValue('7')).toBe('text');
  expect(kindOfValue(7)).toBe('number');
  expect(kindOfValue(false)).toBe('yes_no');
  expect(kindOfValue([1, 2])).toBe('number');
  expect(kindOfValue(undefined)).toBe('text');
  expect(kindOfValue(undefined, ['number'])).toBe('number');
  expect(kindOfValue(undefined, ['integer'])).toBe('number');
  expect(kindOfValue(undefined, ['time'])).toBe('text');
  expect(kindOfValue('', ['boolean'])).toBe('yes_no');
  // A property that holds both is compared as a text until somebody says otherwise.
  expect(kindOfValue(undefined, ['number', 'string'])).toBe('text');
});

test('a value becomes another kind, or none', () => {
  expect(valueAs('7', 'number')).toBe(7);
  expect(valueAs('seven', 'number')).toBe(undefined);
  expect(valueAs('', 'number')).toBe(undefined);
  expect(valueAs(true, 'number')).toBe(undefined);
  expect(valueAs(7, 'text')).toBe('7');
  expect(valueAs('true', 'yes_no')).toBe(true);
  expect(valueAs(['1', 'x', '3'], 'number')).toEqual([1, 3]);
});

test('another comparison keeps of the value what it can take', () => {
  const shop = { property: 'shop', op: 'eq' as const, value: '12' };
  expect(withOp(shop, 'gte')).toEqual({ property: 'shop', op: 'gte', value: 12 });
  expect(withOp(shop, 'in')).toEqual({ property: 'shop', op: 'in', value: ['12'] });
  expect(withOp(withOp(shop, 'in'), 'eq')).toEqual(shop);
  expect(withOp(shop, 'exists')).toEqual({ property: 'shop', op: 'exists' });
  expect(withOp({ property: 'shop', value: 'north' }, 'lte')).toEqual({
    property: 'shop',
    op: 'lte',
  });
  expect(withValue(shop, undefined)).toEqual({ property: 'shop', op: 'eq' });
});
