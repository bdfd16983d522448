import { expect, test } from 'vitest';
import type { SegmentRule } from '@/api/types';
import { identifiersOf } from './ListMaker';
import { groupOf, isWhole, kLeafKinds, leafOf, newLeaf, rootOf, ruleOf } from './rule';
import { withOp } from './TraitEditor';
import { formOf } from './WindowEditor';

test('a group becomes a rule and a group again', () => {
  for (const join of ['all', 'any', 'not_all', 'not_any'] as const) {
    const group = { join, parts: [{ segment: 'a' }] };
    expect(groupOf(ruleOf(group))).toEqual(group);
  }
  expect(groupOf({ not: { segment: 'a' } })).toBeNull();
  expect(rootOf({ segment: 'a' })).toEqual({ all: [{ segment: 'a' }] });
});

test('a denied leaf is told from its denial', () => {
  const { leaf, denied } = leafOf(newLeaf('not_did'));
  expect(denied).toBe(true);
  expect('did' in leaf).toBe(true);
});

test('the server is asked only when nothing is left to choose', () => {
  for (const kind of kLeafKinds) expect(isWhole(newLeaf(kind))).toBe(false);
  expect(isWhole({ all: [] })).toBe(false);
  const did: SegmentRule = { did: { event: 'A', measure: 'count', op: 'at_least', value: 1 } };
  expect(isWhole(did)).toBe(true);
  expect(isWhole({ not: did })).toBe(true);
  expect(isWhole({ any: [did, newLeaf('trait')] })).toBe(false);
  expect(isWhole({ trait: { property: 'x', op: 'is_set' } })).toBe(true);
  expect(isWhole({ did: { event: 'A', measure: 'sum', op: 'less', value: 1 } })).toBe(false);
});

test('another operator begins with what it takes', () => {
  const trait = { property: 'x', op: 'is' as const, value: ['a'] as unknown as string };
  expect(withOp(trait, 'within_last')).toEqual({ property: 'x', op: 'within_last', days: 7 });
  expect(withOp(trait, 'less')).toEqual({ property: 'x', op: 'less', value: 0 });
  expect(withOp(trait, 'is_set')).toEqual({ property: 'x', op: 'is_set' });
  expect(withOp(trait, 'has_all')).toEqual({ property: 'x', op: 'has_all', value: ['a'] });
});

test('windows are told by their form', () => {
  const day = { count: 1, unit: 'day' as const };
  expect(formOf(undefined)).toBe('ever');
  expect(formOf({ last: day, before: day })).toBe('between');
  expect(formOf({ this: 'week' })).toBe('this');
  expect(formOf({ from: '2026-01-01' })).toBe('fixed');
});

test('pasted identifiers, each once', () => {
  expect(identifiersOf('a\nb, c;\t d\r\na')).toEqual(['a', 'b', 'c', 'd']);
});
