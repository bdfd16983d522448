// The birthday gift among the privileges of a level. Pure.
import type { LoyaltyLevel } from '@/api/types';

export const kGiftKinds = ['shop', 'points', 'coupon', 'reward'] as const;
export type GiftKind = (typeof kGiftKinds)[number];

export interface BirthdayGift {
  kind: GiftKind;
  points?: number;
  currency?: string;
  expires_in_days?: number;
  batch?: string;
  reward?: string;
  late?: boolean;
  from?: string;
}

/** The gift of a level: "shop" when the shop gives it by itself; none without the privilege. */
export function giftOf({ privileges }: LoyaltyLevel): BirthdayGift | undefined {
  const given: unknown = privileges?.birthday_gift;
  if (!given) return undefined;
  return typeof given === 'object' && 'kind' in given ? (given as BirthdayGift) : { kind: 'shop' };
}

/** A kind begins with what it needs; from when the gift holds, and whether late, stays. */
export function withKind({ from, late }: BirthdayGift, kind: GiftKind): BirthdayGift {
  const kept = { ...(from ? { from } : {}), ...(late ? { late } : {}) };
  if (kind === 'points') return { ...kept, kind, points: 100, expires_in_days: 30 };
  return { ...kept, kind };
}

export function withGift(level: LoyaltyLevel, gift: BirthdayGift): LoyaltyLevel {
  const birthday_gift = gift.kind === 'shop' ? true : { ...gift, kind: gift.kind };
  return { ...level, privileges: { ...level.privileges, birthday_gift } };
}
