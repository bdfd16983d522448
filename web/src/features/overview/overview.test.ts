import { expect, test } from 'vitest';
import type { Overview, RetentionRateRow } from '@/api/types';
import { largestMoves, lastFullMonths, mainFlows, tasks } from './overview';

const row = (label: string, complete: boolean): RetentionRateRow => ({
  label,
  from: '2011-08-01T00:00:00.000Z',
  to: '2011-09-01T00:00:00.000Z',
  complete,
  at_start: 1000,
  at_end: 950,
  new_customers: 200,
  kept: 750,
  rate: { numerator: 750, denominator: 1000, rate: 0.75 },
});

const overview: Overview = {
  as_of: '2011-09-09T00:00:00.000Z',
  zone: 'Europe/London',
  currency: 'GBP',
  totals: {
    customers: 10,
    orders: 20,
    refunds: 1,
    revenue_minor: 100,
    anonymous_orders: 0,
    events: 20,
  },
  retention: [],
  stages: {
    as_of: '2011-09-09T00:00:00.000Z',
    counts: [{ stage: 'silent', people: 7, revenue_minor: 900, set: 'stage:silent' }],
    history: [],
    flow_month: '2011-09',
    flow: [],
  },
  at_risk: [],
  campaigns: [
    { id: 'a', name: 'A', state: 'draft', started_at: null, counts: {} },
    {
      id: 'b',
      name: 'B',
      state: 'sent',
      started_at: null,
      counts: { sent: 5, failed: 1, in_doubt: 1 },
    },
    { id: 'c', name: 'C', state: 'sending', started_at: null, counts: { pending: 3 } },
  ],
  moves: [],
};

test('the month under way does not count as the last full one', () => {
  const [last, before] = lastFullMonths([
    row('2011-06', true),
    row('2011-07', true),
    row('2011-08', true),
    row('2011-09', false),
  ]);
  expect(last?.label).toBe('2011-08');
  expect(before?.label).toBe('2011-07');
  expect(lastFullMonths([])).toEqual([undefined, undefined]);
});

test('the largest moves by size, whatever their sign', () => {
  const moves = [0.1, -0.5, 0, 0.2, -0.05].map((change) => ({
    measure: 'orders' as const,
    before: 1,
    after: 1 + change,
    change,
  }));
  expect(largestMoves(moves).map((move) => move.change)).toEqual([-0.5, 0.2, 0.1]);
});

test('people who stay in their stage are no flow', () => {
  const flow = mainFlows([
    { from: 'active', to: 'active', people: 900, set: '' },
    { from: 'active', to: 'silent', people: 40, set: '' },
    { from: 'silent', to: 'loyal', people: 50, set: '' },
  ]);
  expect(flow.map(({ to, good }) => [to, good])).toEqual([
    ['loyal', true],
    ['silent', false],
  ]);
});

test('tasks come by urgency; an empty workspace has one', () => {
  expect(tasks(overview).map((task) => task.kind)).toEqual([
    'trouble',
    'sending',
    'draft',
    'recall',
  ]);
  expect(tasks({ ...overview, totals: { ...overview.totals, orders: 0 } })).toEqual([
    { kind: 'import' },
  ]);
});
