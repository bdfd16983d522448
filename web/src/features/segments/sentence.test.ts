import i18next from 'i18next';
import { beforeAll, describe, expect, test } from 'vitest';
import type { SegmentRule } from '@/api/types';
import en from '@/i18n/en.json';
import zh from '@/i18n/zh.json';
import type { Speaker } from './facts';
import { sentenceOf } from './sentence';

function speaker(language: 'en' | 'zh'): Speaker {
  const catalogue = language === 'en' ? en : zh;
  const t = i18next.getFixedT(language);
  return {
    say: (key, fields) => String(t(`segment_say.${key}` as 'segment_say.ever', { ...fields })),
    word: (kind, word) => {
      const words = (catalogue.words as Record<string, Record<string, string>>)[kind];
      return words?.[word] ?? word;
    },
    segment: (id) => `S ${id}`,
    fact: (name) =>
      name === 'loyalty_level:shop' ? { title: 'Shop', labels: { gold: 'Gold' } } : undefined,
    topic: (key) => (key === 'offers' ? 'Offers' : key),
  };
}

beforeAll(async () => {
  await i18next.init({
    resources: { en: { translation: en }, zh: { translation: zh } },
    lng: 'en',
    interpolation: { escapeValue: false },
  });
});

const days = (count: number) => ({ last: { count, unit: 'day' as const } });
const often: SegmentRule = {
  did: { event: 'Order', measure: 'count', op: 'at_least', value: 3, window: days(90) },
};
const away: SegmentRule = {
  not: { did: { event: 'View', measure: 'count', op: 'at_least', value: 1, window: days(30) } },
};

describe('sentences', () => {
  test('the classic one, in both languages', () => {
    const rule: SegmentRule = { all: [often, away] };
    expect(sentenceOf(speaker('en'), rule)).toBe(
      'did Order at least 3 times in the last 90 days, and did not do View in the last 30 days',
    );
    expect(sentenceOf(speaker('zh'), rule)).toBe(
      '\u505a\u8fc7 Order \u81f3\u5c11 3 \u6b21 \u4e8e \u6700\u8fd1 90 \u5929 \u4e14 ' +
        '\u672a\u505a\u8fc7 View \u4e8e \u6700\u8fd1 30 \u5929',
    );
  });

  test('levels, hold-outs and consent', () => {
    const level: SegmentRule = { fact: { name: 'loyalty_level:shop', is: ['gold', 'base'] } };
    expect(sentenceOf(speaker('en'), level)).toBe('Loyalty level (Shop) is Gold or base');
    const heldOut: SegmentRule = { fact: { name: 'hold_out:h1', is: ['held_out'] } };
    expect(sentenceOf(speaker('en'), { not: heldOut })).toBe('not: held out by Hold-out (h1)');
    expect(sentenceOf(speaker('en'), { consent: { channel: 'sms', is: ['subscribed'] } })).toBe(
      'consent to SMS is Subscribed',
    );
    expect(
      sentenceOf(speaker('en'), {
        consent: { channel: 'sms', topic: 'offers', is: ['unsubscribed', 'unknown'] },
      }),
    ).toBe('consent to “Offers” by SMS is Unsubscribed or Not stated');
  });

  test('groups within groups stand in brackets', () => {
    const rule: SegmentRule = {
      any: [{ segment: 'a' }, { all: [{ segment: 'b' }, { not: { segment: 'c' } }] }],
    };
    expect(sentenceOf(speaker('en'), rule)).toBe(
      'is in “S a” or (is in “S b”, and is not in “S c”)',
    );
    expect(sentenceOf(speaker('en'), { not: { all: [{ segment: 'a' }, { segment: 'b' }] } })).toBe(
      'not: (is in “S a”, and is in “S b”)',
    );
  });

  test.each<[SegmentRule, string]>([
    [
      { trait: { property: 'plan', op: 'is', value: ['gold', 'silver'] } },
      'plan is gold or silver',
    ],
    [
      { trait: { property: 'birthday', op: 'anniversary_within_next', days: 7 } },
      'anniversary of birthday within the next 7 days',
    ],
    [
      { did: { event: 'Order', measure: 'sum', property: 'revenue', op: 'greater', value: 100 } },
      'did Order with sum of revenue > 100 ever',
    ],
    [
      { first_did: { event: 'Order', window: { before: { count: 1, unit: 'month' } } } },
      'did Order for the first time at least 1 month ago',
    ],
    [
      {
        sequence: {
          steps: [{ event: 'Cart' }, { event: 'Order' }],
          within: { count: 2, unit: 'day' },
          without: [{ event: 'Remove' }],
        },
      },
      'did Cart, then Order, within 2 days, with no Remove between',
    ],
    [{ all: [] }, 'everybody'],
    [{ fact: { name: 'lifecycle_stage', is: ['silent'] } }, 'Lifecycle stage is Silent'],
  ])('%j', (rule, text) => {
    expect(sentenceOf(speaker('en'), rule).toLowerCase()).toBe(text.toLowerCase());
  });
});
