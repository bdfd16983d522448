import { expect, test } from 'vitest';
import type { EventRow } from '@/api/types';
import { joined, kKept } from './live';

const event = (seq: number): EventRow => ({
  seq,
  source: 'web',
  message_id: `m${seq}`,
  type: 'track',
  name: 'Viewed',
  user_id: 'u1',
  anonymous_id: '',
  timestamp: '2011-09-09T00:00:00.000Z',
  received_at: '2011-09-09T00:00:00.000Z',
  properties: {},
  context: {},
});

test('newest first, each once', () => {
  expect(joined([event(3), event(1)], [event(4), event(3)]).map((one) => one.seq)).toEqual([
    4, 3, 1,
  ]);
});

test('keeps at most kKept', () => {
  const many = Array.from({ length: kKept + 1 }, (_, i) => event(i));
  expect(joined([], many.slice(0, kKept))).toHaveLength(kKept);
  expect(joined([], many)).toHaveLength(kKept);
  expect(joined([], many)[0]?.seq).toBe(kKept);
});
