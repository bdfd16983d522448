// Words of tags that are worked out, and of other facts of people, in the language of the console.
import { useCallback } from 'react';
import { useWords, type WordKind } from './use_words';

const kKinds: Record<string, WordKind> = {
  lifecycle_stage: 'stage',
  rfm_cell: 'cell',
  email_consent: 'consent',
  hold_out: 'held_out',
  value_tier: 'tier',
  health_light: 'light',
  growth_stage: 'growth',
  preferred_channel: 'tag_channel',
  device: 'tag_device',
  price_band: 'tag_price_band',
  discount_affinity: 'tag_discount',
};

/** Under which kind of words those of a fact stand; categories and regions stand for themselves. */
export const kindOfFact = (fact: string): WordKind => kKinds[fact] ?? 'tag_plain';

/** An hour of the day as from when to when: "09" is 09:00–10:00. */
export const hourSpan = (hour: string): string =>
  `${hour}:00–${String(Number(hour) + 1).padStart(2, '0')}:00`;

export function useTagWord(): (tag: string, word: string) => string {
  const words = useWords();
  return useCallback(
    (tag, word) => (tag === 'active_hour' ? hourSpan(word) : words(kindOfFact(tag), word)),
    [words],
  );
}
