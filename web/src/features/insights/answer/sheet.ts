// An answer as a table: what the table view shows, what the CSV holds, which numbers can be opened.
import type { AnswerPeriod, Measured } from '@/api/types';
import type { CsvValue } from '@/shared/csv';

export interface Cell {
  value: CsvValue;
  /** How it is shown. */
  text: string;
  /** The handle of the people behind it. */
  people?: string | undefined;
}
export interface Column {
  /** Its name in the CSV. */
  key: string;
  title: string;
  num?: boolean;
}
export interface Sheet {
  columns: Column[];
  rows: Cell[][];
}

export const word = (text: string): Cell => ({ value: text, text });

/** A number as a cell, shown by `show`; nobody stands behind 0. */
export const number = (
  value: number | null | undefined,
  show: (value: number | null | undefined) => string,
  people?: string,
): Cell => ({ value: value ?? null, text: show(value), people: value === 0 ? undefined : people });

export const measured = (
  one: Measured | undefined,
  show: (value: number | null | undefined) => string,
): Cell => number(one?.value, show, one?.people);

/** A period as a cell; the table marks one that is not over. */
export const period = (one: AnswerPeriod): Cell => ({
  value: one.label,
  text: one.complete ? one.label : `${one.label}*`,
});

export const csvOf = (sheet: Sheet): CsvValue[][] => [
  sheet.columns.map((column) => column.key),
  ...sheet.rows.map((row) => row.map((cell) => cell.value)),
];

/** What a number is about, for the people behind it: its row and its column. */
export function aboutOf(sheet: Sheet, row: Cell[], column: number): string {
  const names = row.filter((_, i) => i < column && !sheet.columns[i]?.num).map((cell) => cell.text);
  return [...names, sheet.columns[column]?.title ?? ''].filter(Boolean).join(' · ');
}
