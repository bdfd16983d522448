// What the heat map of the retention triangle needs beside its cells. Pure.
import type { RetentionTriangle } from '@/api/types';

export type Cohort = RetentionTriangle['cohorts'][number];
export type Cell = Cohort['cells'][number];

/** The number of offsets (columns) of the longest cohort. */
export const widthOf = (triangle: RetentionTriangle): number =>
  triangle.cohorts.reduce(
    (width, cohort) => Math.max(width, ...cohort.cells.map((cell) => cell.offset + 1)),
    0,
  );

/**
 * The rate that gets the deepest colour: the highest one after the first period, which is always
 * 100 %.
 */
export function topRate(triangle: RetentionTriangle): number {
  const rates = triangle.cohorts.flatMap((cohort) =>
    cohort.cells.filter((cell) => cell.offset > 0).map((cell) => cell.rate),
  );
  return Math.max(0, ...rates);
}

/** A cell's place on the colour scale (0–1); the first column stands outside it. */
export function shade(cell: Cell, top: number): number {
  if (cell.offset === 0) return 0;
  return top > 0 ? cell.rate / top : 0;
}

export const cellAt = (cohort: Cohort, offset: number): Cell | undefined =>
  cohort.cells.find((cell) => cell.offset === offset);

/** The triangle as CSV rows: counts, or rates as shares. */
export function csvRows(
  triangle: RetentionTriangle,
  counts: boolean,
): (string | number | null)[][] {
  const offsets = Array.from({ length: widthOf(triangle) }, (_, i) => i);
  return [
    ['cohort', 'people', ...offsets.map((offset) => `+${offset}`)],
    ...triangle.cohorts.map((cohort) => [
      cohort.label,
      cohort.size,
      ...offsets.map((offset) => {
        const cell = cellAt(cohort, offset);
        return cell ? (counts ? cell.people : cell.rate) : null;
      }),
    ]),
  ];
}
