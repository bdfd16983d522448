// How facts and their words are called in a sentence.
import { kindOfFact } from '@/shared/tag_words';
import type { WordKind } from '@/shared/use_words';

export interface Speaker {
  /** A text of the catalogue under `segment.say`. */
  say: (key: string, fields?: Record<string, string | number>) => string;
  word: (kind: WordKind, word: string) => string;
  segment: (id: string) => string;
  /** How a fact and its words are called, where they have names of their own. */
  fact: (name: string) => { title?: string; labels?: Record<string, string> } | undefined;
  topic: (key: string) => string;
}

/** The kind of a fact that there are several of, as the levels of programmes. */
export const familyOf = (name: string): string => name.split(':')[0] ?? name;

/** A fact as it is called: of one of many also which, as “Shop” of the loyalty levels. */
export function nameOfFact({ say, word, fact }: Speaker, name: string): string {
  const family = familyOf(name);
  const called = word('fact', family);
  if (family === name) return called;
  return say('fact_of', { name: called, of: fact(name)?.title ?? name.slice(family.length + 1) });
}

export const wordOfFact = ({ word, fact }: Speaker, name: string, one: string): string =>
  fact(name)?.labels?.[one] ?? word(kindOfFact(familyOf(name)), one);
