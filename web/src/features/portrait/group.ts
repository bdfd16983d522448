// The rows of a tag as they are shown: which words, and where their bars end.
import type { PortraitGroup } from '@/api/value_types';

export type TagRows = PortraitGroup['tags'][number];
export type WordRow = TagRows['words'][number];

export const kShownRows = 12;
const kLeastScale = 200; // so that 100 stands in the middle or left of it
const kMostScale = 500; // bars beyond it are cut

/** Hours all; of other words those that most of the group have, in the order of the answer. */
export function rowsShown(tag: TagRows): WordRow[] {
  if (tag.tag === 'active_hour') return tag.words;
  const kept = new Set(
    [...tag.words].sort((a, b) => b.group - a.group || b.all - a.all).slice(0, kShownRows),
  );
  return tag.words.filter((row) => kept.has(row));
}

/** The index at the right end of the bars. */
export function scaleOf(rows: readonly WordRow[]): number {
  const most = Math.max(0, ...rows.map((row) => (row.small ? row.index : row.high)));
  return Math.min(kMostScale, Math.max(kLeastScale, Math.ceil(most / 50) * 50));
}

/** Where an index stands on the scale, 0 to 1. */
export const placeOf = (index: number, scale: number): number =>
  Math.min(1, Math.max(0, index / scale));

export type Leaning = 'more' | 'less' | 'same' | 'small';
export const leaningOf = (row: WordRow): Leaning => {
  if (row.small) return 'small';
  if (!row.differs) return 'same';
  return row.index > 100 ? 'more' : 'less';
};
