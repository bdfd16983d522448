// The RFM picture: 5 × 5 squares of recency × frequency, or recency × the mean of frequency and
// monetary. Pure.
import type { Rfm } from '@/api/value_types';

export type Score = Rfm['grid'][number];
export type View = 'rfm' | 'rf';

export interface Square {
  recency: number;
  across: number;
  people: number;
  /** The named cell that most people of the square belong to. */
  cell: string;
  scores: Score[];
}

/** The score across: frequency, or the mean of frequency and monetary rounded half up. */
export const acrossOf = (score: Score, view: View): number =>
  view === 'rf' ? score.frequency : Math.floor((score.frequency + score.monetary) / 2 + 0.5);

function mainCell(scores: readonly Score[]): string {
  const people = new Map<string, number>();
  for (const score of scores) people.set(score.cell, (people.get(score.cell) ?? 0) + score.people);
  return (
    [...people.entries()].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))[0]?.[0] ?? ''
  );
}

/** The squares by rows, recency 5 (newest) first, each row from 1 to 5. */
export function squares(grid: readonly Score[], view: View): Square[][] {
  return [5, 4, 3, 2, 1].map((recency) =>
    [1, 2, 3, 4, 5].map((across) => {
      const scores = grid.filter(
        (score) => score.recency === recency && acrossOf(score, view) === across,
      );
      scores.sort((a, b) => b.people - a.people);
      const people = scores.reduce((sum, score) => sum + score.people, 0);
      return { recency, across, people, cell: mainCell(scores), scores };
    }),
  );
}
