import { expect, test } from 'vitest';
import { fresh } from './questions';
import { tidy } from './tidy';

test('rolling periods go with rolling, and nothing rolls beside a percentile', () => {
  const trends = { ...fresh('trends'), show: 'rolling' as const, rolling_periods: 7 };
  expect(tidy(trends)).toEqual(trends);
  expect(tidy({ ...trends, show: 'each' })).not.toHaveProperty('rolling_periods');
  const select = { event: 'A' };
  const series = [{ select, measure: 'percentile' as const, property: 'x' }];
  expect(tidy({ ...trends, series })).not.toHaveProperty('show');
});

test('funnels as windowFunnel know no exclusions; each day has its own attempt', () => {
  const funnel = {
    ...fresh('funnel'),
    exclusions: [{ select: { event: 'X' } }],
    breakdown_touch: 'last' as const,
  };
  const clickhouse = tidy({ ...funnel, semantics: 'clickhouse' });
  expect(clickhouse).not.toHaveProperty('exclusions');
  expect(clickhouse).not.toHaveProperty('breakdown_touch');
  expect(tidy({ ...funnel, semantics: 'per_day' })).toMatchObject({ by: 'day' });
  const split = { ...funnel, breakdown: { event_name: true } };
  expect(tidy(split)).toEqual(split);
});

test('other members stay', () => {
  expect(tidy(fresh('paths'))).toEqual(fresh('paths'));
  const half = { count: 7, unit: 'day' as const };
  expect(tidy({ ...fresh('attribution'), half_life: half })).not.toHaveProperty('half_life');
});
