import { expect, test } from 'vitest';
import { traceable } from './traceable';

test('people are followed through funnels, but by windowFunnel’s own rules', () => {
  const range = { this: 'month' as const };
  const funnel = { analysis: 'funnel' as const, range, steps: [{ event: 'A' }, { event: 'B' }] };
  expect(traceable(funnel)).toBe(true);
  expect(traceable({ ...funnel, semantics: 'per_day' })).toBe(true);
  expect(traceable({ ...funnel, semantics: 'clickhouse' })).toBe(false);
  expect(traceable({ analysis: 'active', range })).toBe(false);
});
