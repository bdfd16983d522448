import { expect, test } from 'vitest';
import type { RetentionTriangle } from '@/api/types';
import { csvRows, shade, topRate, widthOf } from './triangle';

const cell = (offset: number, people: number, size: number) => ({
  offset,
  people,
  rate: people / size,
  complete: true,
  set: `triangle:any:month:2010-12:${offset}`,
});
const triangle: RetentionTriangle = {
  by: 'month',
  zone: 'Europe/London',
  activity: 'any',
  cohorts: [
    {
      label: '2010-12',
      size: 948,
      cells: [cell(0, 948, 948), cell(1, 362, 948), cell(2, 317, 948)],
    },
    { label: '2011-01', size: 421, cells: [cell(0, 421, 421), cell(1, 101, 421)] },
  ],
  average: [],
};

test('width and scale leave the first period, always 100 %, out of the colours', () => {
  expect(widthOf(triangle)).toBe(3);
  expect(topRate(triangle)).toBeCloseTo(362 / 948);
  expect(shade(cell(0, 948, 948), 0.4)).toBe(0);
  expect(shade(cell(1, 362, 948), 362 / 948)).toBeCloseTo(1);
  expect(shade(cell(1, 0, 948), 0)).toBe(0);
});

test('CSV has a gap where a cohort is too young', () => {
  expect(csvRows(triangle, true)).toEqual([
    ['cohort', 'people', '+0', '+1', '+2'],
    ['2010-12', 948, 948, 362, 317],
    ['2011-01', 421, 421, 101, null],
  ]);
});
