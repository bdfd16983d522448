import { expect, test } from 'vitest';
import { partsOf } from './breaks';

test('an e-mail address breaks before its @ first, then at its signs', () => {
  expect(partsOf('rosa.von-hohenfels@mail.shop.example')).toEqual([
    ['rosa', '.von', '-hohenfels'],
    ['@mail', '.shop', '.example'],
  ]);
  expect(partsOf('"odd@name"@shop.example')[1]).toEqual(['@shop', '.example']);
});

test('anything else breaks at its signs, and nothing is lost', () => {
  expect(partsOf('United Kingdom')).toEqual([['United Kingdom']]);
  expect(partsOf('@handle')).toEqual([['@handle']]);
  for (const text of [
    '',
    '@',
    'a@b',
    'a@.b',
    '..',
    '-1',
    '+44 20-7946',
    'Straße_9/2',
    '茶-1@店.cn',
  ])
    expect(partsOf(text).flat().join('')).toBe(text);
});
