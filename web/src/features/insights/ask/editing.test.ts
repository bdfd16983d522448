import { describe, expect, test } from 'vitest';
import type { PeopleCondition } from '@/api/types';
import {
  conditionOf,
  countTests,
  fromRoot,
  newLeaf,
  rootOf,
  withChild,
  withNew,
} from './condition';
import { nearest, partsOf } from '@/shared/form/places';
import { kindOf, kPresets, rangeOf, type PresetName } from './range';
import { choiceOf, choicesOf, isChosen, keyOf, placeOf, withChoices } from './selector';
import { piecesOf } from './sentence';
import { opsFor, typed, valuesOf, withOp, withValues } from './test_value';

describe('conditions', () => {
  const condition: PeopleCondition = {
    all: [
      { property: 'a', op: 'is_set' },
      { not: { any: [{ set: 'stage:silent' }, { not: { property: 'b', op: 'is', value: 1 } }] } },
    ],
  };

  test('a tree gives back its condition and knows its places', () => {
    const root = rootOf(condition, 'people');
    expect(conditionOf(root)).toEqual(condition);
    expect(countTests(root)).toBe(3);
    const inner = root.children[1];
    expect(inner?.path).toBe('people.all[1].not');
    expect(inner?.kind === 'group' && inner.children[1]?.path).toBe('people.all[1].not.any[1].not');
  });

  test('a lone comparison gets a group around it, an empty group says nothing', () => {
    const root = rootOf({ property: 'a', op: 'is_set' }, 'where');
    expect(root.children[0]?.path).toBe('where');
    expect(fromRoot(withChild(root, 0, null))).toBeUndefined();
    expect(fromRoot(withNew(rootOf(undefined, 'where'), newLeaf({ set: 'x' })))).toEqual({
      all: [{ set: 'x' }],
    });
  });
});

describe('values', () => {
  test('are of the types of the property', () => {
    expect(typed('12', ['integer'])).toBe(12);
    expect(typed('12', ['string', 'integer'])).toBe('12');
    expect(typed('x', ['number'])).toBe('x');
    expect(typed('true', ['boolean', 'null'])).toBe(true);
    expect(typed('true', [])).toBe('true');
  });

  test('one stands for itself, several as a list', () => {
    const test_ = { property: 'a', op: 'is' as const };
    expect(withValues(test_, ['x'])).toEqual({ ...test_, value: 'x' });
    expect(valuesOf(withValues(test_, ['x', 'y']))).toEqual(['x', 'y']);
    expect(withValues({ ...test_, value: 'x' }, [])).toEqual(test_);
  });

  test('another comparison keeps what it can', () => {
    const old = { property: 'a', op: 'is' as const, value: 3 };
    expect(withOp(old, 'less')).toEqual({ property: 'a', op: 'less', value: 3 });
    expect(withOp(old, 'is_set')).toEqual({ property: 'a', op: 'is_set' });
    expect(withOp({ ...old, value: 'x' }, 'greater')).toEqual({ property: 'a', op: 'greater' });
  });

  test('numbers have no "contains", texts no "less"', () => {
    expect(opsFor(['number'], 'is')).not.toContain('contains');
    expect(opsFor(['string'], 'is')).not.toContain('less');
    expect(opsFor(['string'], 'less')).toContain('less');
    expect(opsFor([], 'is')).toContain('between');
  });
});

describe('selectors', () => {
  test('keys of events', () => {
    for (const key of ['any', 'any:page', 'track:Order: done', 'page:Home', 'identify:'])
      expect(keyOf(choiceOf(key))).toBe(key);
    expect(keyOf({})).toBe('');
  });

  test('one choice lies in the selector, several in any_of', () => {
    const one = { name: 'Buy', event: 'A' };
    const two = withChoices(one, [...choicesOf(one), { event: 'B' }]);
    expect(two).toEqual({ name: 'Buy', any_of: [{ event: 'A' }, { event: 'B' }] });
    expect(withChoices(two, [{ event: 'B' }])).toEqual({ name: 'Buy', event: 'B' });
    expect(placeOf(two, 'steps[0]', 1)).toBe('steps[0].any_of[1]');
    expect(placeOf(one, 'steps[0]', 0)).toBe('steps[0]');
    expect(isChosen({ any_of: [{ event: 'A' }, {}] })).toBe(false);
  });
});

describe('ranges', () => {
  const days = { from: '2026-01-01', to: '2026-02-01' };
  test('every preset is known again', () => {
    for (const name of Object.keys(kPresets) as PresetName[])
      expect(kindOf(rangeOf(name, {}, days))).toBe(name);
  });
  test('the two that are filled in', () => {
    expect(kindOf({ last: 45, unit: 'day' })).toBe('last');
    expect(kindOf({ last: 7 })).toBe('last_7_days');
    expect(kindOf(rangeOf('last', kPresets.last_30_days, days))).toBe('last');
    expect(kindOf(days)).toBe('between');
  });
});

test('a problem shows at the deepest place that holds it', () => {
  expect(partsOf('steps[1].where.all[0]')).toEqual(['steps', '1', 'where', 'all', '0']);
  const places = ['steps', 'steps[1]', 'steps[1].event', 'steps[10]', 'range'];
  expect(nearest('steps[1].where.all[0].value', places)).toBe('steps[1]');
  expect(nearest('steps[1].event', places)).toBe('steps[1].event');
  expect(nearest('steps[2]', places)).toBe('steps');
  expect(nearest('analysis', places)).toBeNull();
});

test('a sentence falls into its pieces', () => {
  expect(piecesOf('{{a}} of {{ b }}.')).toEqual([
    { slot: 'a' },
    { text: ' of ' },
    { slot: 'b' },
    { text: '.' },
  ]);
  expect(piecesOf('plain')).toEqual([{ text: 'plain' }]);
});
