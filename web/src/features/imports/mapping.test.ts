import { expect, test } from 'vitest';
import type { Import } from '@/api/types';
import {
  columnChoices,
  extraColumns,
  missingFields,
  shareDone,
  withColumn,
  withExtras,
  withReading,
} from './mapping';

const fields: Import['fields'] = [
  { name: 'customer_id', needed: true },
  { name: 'email', needed: false },
];

test('columns are called by title, or by place when the title does not tell them apart', () => {
  const choices = columnChoices({
    columns: ['id', '', 'x', 'x'],
    rows: [
      ['1', 'a', 'b', ''],
      ['2', '', 'c', 'd'],
    ],
  });
  expect(choices.map((one) => one.value)).toEqual(['id', '#2', '#3', '#4']);
  expect(choices[0]?.samples).toEqual(['1', '2']);
  expect(choices[3]?.samples).toEqual(['d']);
});

test('a column is set and cleared; missing needed fields are named', () => {
  const mapping = withColumn({ columns: {} }, 'email', 'mail');
  expect(missingFields(fields, mapping)).toEqual(['customer_id']);
  expect(missingFields(fields, withColumn(mapping, 'customer_id', '#1'))).toEqual([]);
  expect(withColumn(mapping, 'email', undefined).columns).toEqual({});
});

test('what is not a known field becomes a trait under its own name', () => {
  const mapping = withExtras(fields, { columns: { email: 'mail', city: 'city' } }, ['age']);
  expect(mapping.columns).toEqual({ email: 'mail', age: 'age' });
  expect(extraColumns(fields, mapping)).toEqual(['age']);
});

test('an empty reading is left to the server', () => {
  expect(withReading({ columns: {}, zone: 'Europe/London' }, 'zone', '')).toEqual({ columns: {} });
  expect(withReading({ columns: {} }, 'header', false)).toEqual({ columns: {}, header: false });
});

test('progress', () => {
  const progress: Import['progress'] = {
    bytes_done: 50,
    bytes_total: 200,
    rows: 0,
    stored: 0,
    duplicates: 0,
    rejected: 0,
    left_out: 0,
    rows_per_second: 0,
    seconds_left: null,
  };
  expect(shareDone(progress)).toBe(0.25);
  expect(shareDone({ ...progress, bytes_total: 0 })).toBe(1);
});
