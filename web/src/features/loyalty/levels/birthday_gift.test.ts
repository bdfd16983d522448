import { expect, test } from 'vitest';
import type { LoyaltyLevel } from '@/api/types';
import { giftOf, withGift, withKind } from './birthday_gift';

const gold: LoyaltyLevel = { code: 'gold', name: 'Gold', privileges: { free_shipping: true } };

test('a level without the privilege has no gift, and a plain yes is the shop’s', () => {
  expect(giftOf(gold)).toBeUndefined();
  expect(giftOf({ ...gold, privileges: { birthday_gift: true } })).toEqual({ kind: 'shop' });
});

test('a gift goes into the privileges and out again; the others stay', () => {
  const level = withGift(gold, { kind: 'points', points: 50 });
  expect(giftOf(level)).toEqual({ kind: 'points', points: 50 });
  expect(level.privileges).toMatchObject({ free_shipping: true });
  expect(withGift(level, { kind: 'shop' }).privileges).toMatchObject({ birthday_gift: true });
});

test('another kind keeps from when the gift holds, and nothing of the kind before', () => {
  const points = { kind: 'points' as const, points: 50, from: '2026-01-01T00:00:00Z', late: true };
  expect(withKind(points, 'coupon')).toEqual({
    kind: 'coupon',
    from: '2026-01-01T00:00:00Z',
    late: true,
  });
  expect(withKind({ kind: 'shop' }, 'points').points).toBe(100);
});
