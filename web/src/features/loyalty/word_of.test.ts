import { expect, test } from 'vitest';
import { wordOf } from './word_of';

test('words for names', () => {
  expect(wordOf('Spring Sale, 10 % off!', 36)).toBe('spring-sale-10-off-10');
  expect(wordOf('春季满减', 35)).toBe('x-z');
  expect(wordOf('É'.repeat(100), 1_700_000_000_000)).toMatch(/^[a-z0-9_-]{1,40}$/);
});
