import { expect, test } from 'vitest';
import type { LoyaltyLevel } from '@/api/types';
import {
  faultsOfLevels,
  moved,
  newLevel,
  presetFor,
  privilegesOf,
  withMeasure,
  without,
  withPrivileges,
} from './levels_draft';

const level = (code: string, threshold: number, change: Partial<LoyaltyLevel> = {}) => ({
  code,
  name: code,
  threshold,
  keep_threshold: -1,
  multiplier_percent: 100,
  privileges: {},
  ...change,
});
const three = () => [
  level('plain', 0),
  level('silver', 500, { multiplier_percent: 125 }),
  level('gold', 2_000, { keep_threshold: 1_000 }),
];

test('a level that changes places leaves the thresholds where they are', () => {
  const levels = moved(three(), 1, 1);
  expect(levels.map(({ code }) => code)).toEqual(['plain', 'gold', 'silver']);
  expect(levels.map(({ threshold }) => threshold)).toEqual([0, 500, 2_000]);
  expect(levels.map(({ keep_threshold }) => keep_threshold)).toEqual([-1, -1, 1_000]);
  expect(levels[2]?.multiplier_percent).toBe(125);
  expect(faultsOfLevels({ levels })).toEqual({});
  expect(moved(levels, 2, -1)).toEqual(three());
  expect(moved(three(), 2, 1)).toEqual(three());
});

test('without the lowest, the next one is everybody’s', () => {
  expect(without(three(), 0).map(({ code, threshold }) => [code, threshold])).toEqual([
    ['silver', 0],
    ['gold', 2_000],
  ]);
  expect(without(three(), 2)).toEqual(three().slice(0, 2));
});

test('a further level lies above the others, with a code that no level ever had', () => {
  const first = newLevel(three(), 1_000);
  expect(first).toMatchObject({ code: 'level-rs', threshold: 4_000 });
  // The one before was removed: its code is not given to another one.
  expect(newLevel(three(), 1_001).code).not.toBe(first.code);
  expect(newLevel([], 1_000)).toMatchObject({ threshold: 0 });
});

test('money is counted in minor units, points are not', () => {
  const draft = { measure: 'points' as const, levels: three() };
  const spend = withMeasure(draft, 'spend', 100);
  expect(spend.levels.map(({ threshold }) => threshold)).toEqual([0, 50_000, 200_000]);
  expect(spend.levels.map(({ keep_threshold }) => keep_threshold)).toEqual([-1, -1, 100_000]);
  expect(withMeasure(spend, 'points', 100)).toEqual(draft);
  expect(withMeasure(draft, 'orders', 100).levels).toEqual(draft.levels);
});

test('a privilege that says more keeps what it says', () => {
  const one = level('gold', 1, { privileges: { free_shipping: true, discount: 10, no: false } });
  expect(privilegesOf(one)).toEqual(['free_shipping', 'discount']);
  expect(withPrivileges(one, ['discount', ' lounge ', '']).privileges).toEqual({
    discount: 10,
    lounge: true,
  });
});

test('levels ascend and have names', () => {
  const levels = [level('a', 0), level('b', 500), level('c', 500, { name: ' ' })];
  expect(faultsOfLevels({ levels })).toEqual({
    'levels.2.name': 'needed',
    'levels.2.threshold': 'ascending',
  });
});

test('the preset counts the currency that there is', () => {
  const preset = { currency: 'growth', levels: three() };
  expect(presetFor(preset, ['points', 'growth']).currency).toBe('growth');
  expect(presetFor(preset, ['points']).currency).toBe('');
});
