import { expect, test } from 'vitest';
import { addsUp, emptyDraft, freeKey, toSend, withArms, withKind, faultsOf } from './draft';

test('a draft takes its key from its name', () => {
  expect(toSend({ ...emptyDraft(), name: 'New Checkout' }).key).toBe('new-checkout');
  expect(toSend({ ...emptyDraft(), name: 'New', key: 'own' }).key).toBe('own');
});

test('arms keep their names and share the weight evenly', () => {
  const three = withArms(emptyDraft(), 3);
  expect(three.arms.map((arm) => arm.key)).toEqual(['control', 'new', 'new-2']);
  expect(addsUp(three)).toBe(true);
  expect(addsUp(withArms(three, 2))).toBe(true);
  expect(addsUp({ ...three, arms: three.arms.slice(1) })).toBe(false);
});

test('a measure changes its kind with what the kind needs', () => {
  const [ordered] = emptyDraft().measures;
  if (!ordered) throw new Error('no measure');
  expect(withKind(ordered, 'revenue').of).toBeUndefined();
  expect(withKind(ordered, 'ratio').per).toEqual({ orders: true });
  expect(withKind(ordered, 'retention').day).toBe(7);
  expect(withKind(withKind(ordered, 'revenue'), 'count').of).toEqual({ orders: true });
});

test('a new measure has a key of its own', () => {
  const measures = [{ key: 'measure-2', kind: 'count' as const }];
  expect(freeKey(measures)).toBe('measure-3');
});

test('what is wrong with a draft stands at its field', () => {
  const good = { ...emptyDraft(), name: 'Buttons' };
  expect(faultsOf(good)).toEqual({});
  expect(faultsOf(emptyDraft())).toEqual({ name: 'needed' });
  expect(
    faultsOf({
      ...good,
      name: '按钮',
      arms: [
        { key: 'a', weight: 0.5 },
        { key: 'a', weight: 0.3 },
        { key: ' ', weight: 0.1 },
      ],
      measures: [
        { key: 'm1', kind: 'proportion', of: { event: '' } },
        { key: 'm2', kind: 'ratio', of: { orders: true }, per: { event: ' ' } },
        { key: 'm3', kind: 'proportion', of: { event: 'Shared' } },
      ],
    }),
  ).toEqual({
    key: 'needed',
    arms: 'sum',
    'arms.1': 'twice',
    'arms.2': 'needed',
    'measures.0': 'needed',
    'measures.1': 'needed',
  });
});
