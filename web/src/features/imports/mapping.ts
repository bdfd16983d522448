// The mapping of columns as it is edited. Pure.
import type { Import, ImportMapping } from '@/api/types';

export interface ColumnChoice {
  value: string;
  label: string;
  samples: string[];
}

/** The columns of the sample. A title that is empty or stands twice is named by its place, "#3". */
export function columnChoices({ columns, rows }: Import['sample']): ColumnChoice[] {
  return columns.map((title, i) => {
    const plain = title !== '' && columns.indexOf(title) === columns.lastIndexOf(title);
    const value = plain ? title : `#${i + 1}`;
    const samples = rows.map((row) => row[i] ?? '').filter(Boolean);
    return {
      value,
      label: plain || !title ? value : `${title} (${value})`,
      samples: samples.slice(0, 3),
    };
  });
}

export function withColumn(
  mapping: ImportMapping,
  field: string,
  column: string | undefined,
): ImportMapping {
  const columns = { ...mapping.columns };
  if (column === undefined || column === '') delete columns[field];
  else columns[field] = column;
  return { ...mapping, columns };
}

type Reading = Omit<ImportMapping, 'columns'>;
/** Sets how the file is read; an empty value leaves it to the server to find out. */
export function withReading<K extends keyof Reading>(
  mapping: ImportMapping,
  name: K,
  value: Reading[K] | undefined,
): ImportMapping {
  const next = { ...mapping };
  if (value === undefined || value === '') delete next[name];
  else next[name] = value;
  return next;
}

/** Fields that are needed and have no column yet. */
export function missingFields(fields: Import['fields'], mapping: ImportMapping): string[] {
  return fields
    .filter(({ name, needed }) => needed && !mapping.columns[name])
    .map(({ name }) => name);
}

/** Columns kept beside the known fields, as traits or properties under their own names. */
export function extraColumns(fields: Import['fields'], mapping: ImportMapping): string[] {
  const known = new Set(fields.map(({ name }) => name));
  return Object.keys(mapping.columns).filter((field) => !known.has(field));
}

export function withExtras(
  fields: Import['fields'],
  mapping: ImportMapping,
  extras: readonly string[],
): ImportMapping {
  const columns = { ...mapping.columns };
  for (const field of extraColumns(fields, mapping)) delete columns[field];
  for (const column of extras) columns[column] = mapping.columns[column] ?? column;
  return { ...mapping, columns };
}

/** The share (0–1) of the file that is read; an empty file is read at once. */
export const shareDone = ({ bytes_done: done, bytes_total: total }: Import['progress']): number =>
  total > 0 ? Math.min(1, done / total) : 1;
