// What pure functions need to say and draw an answer: words, formats, colours.
import type { TFunction } from 'i18next';
import type { AnswerGroup, AnswerPeriod } from '@/api/types';
import type { ThemeName } from '@/shared/theme_choice';
import type { Formats } from '@/shared/use_format';
import type { WordKind } from '@/shared/use_words';

export interface Look {
  theme: ThemeName;
  t: TFunction;
  /** A set of people in human words; `name`: how the answer calls it. */
  set: (words: string, name?: string) => string;
  word: (kind: WordKind, word: string) => string;
  format: Formats;
}

export function groupName(group: AnswerGroup, look: Look): string {
  if (group.kind === 'all') return look.t('answer.all');
  if (group.kind === 'none') return look.t('answer.no_value');
  if (group.kind === 'other') return look.t('answer.other');
  if (group.kind === 'set') return look.set(group.label, group.name);
  return group.label;
}

/** A period as the axis shows it; one that is not over has a star. */
export const periodName = (period: AnswerPeriod): string =>
  period.complete ? period.label : `${period.label}*`;

/** A number with as many decimals as it needs to be told from its neighbours. */
export function plain(value: number | null | undefined, look: Look): string {
  if (value === null || value === undefined) return look.format.count(null);
  const size = Math.abs(value);
  return look.format.count(value, Number.isInteger(value) || size >= 1000 ? 0 : size < 1 ? 3 : 2);
}
