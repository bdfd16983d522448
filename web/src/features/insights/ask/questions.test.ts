import { describe, expect, test } from 'vitest';
import type { Question } from '@/api/types';
import { gapsOf } from './gaps';
import { fresh, fromHash, kAnalyses, patched, pathOf, sameQuestion, toHash } from './questions';

describe('addresses', () => {
  test('a question survives its address, in any script', () => {
    const question: Question = {
      ...fresh('trends'),
      people: { all: [{ property: 'city', op: 'is', value: ['Köln', '北京', '100%', '#a&b'] }] },
    };
    expect(fromHash(toHash(question), 'trends')).toEqual(question);
    expect(pathOf(question, 'r 1')).toMatch(/^\/insights\/ask\/trends\?report=r%201#/);
  });

  test('what a question leaves to its default stays so', () => {
    const { at_most: _, ...open } = fresh('interval');
    expect(fromHash(toHash(open), 'interval')).toEqual(open);
    const hash = `#${encodeURIComponent('{"analysis":"funnel"}')}`;
    expect(fromHash(hash, 'funnel')).not.toHaveProperty('window');
    expect(fromHash(hash, 'funnel')?.steps).toHaveLength(2);
  });

  test('an address of something else starts afresh', () => {
    expect(fromHash('', 'trends')).toBeNull();
    expect(fromHash('#{', 'trends')).toBeNull();
    expect(fromHash('#%E0%A4%A', 'trends')).toBeNull();
    expect(fromHash(toHash(fresh('funnel')), 'trends')).toBeNull();
  });
});

test('the order of members says nothing, that of lists does', () => {
  const funnel = fresh('funnel');
  const { analysis, ...rest } = funnel;
  expect(sameQuestion(funnel, { ...rest, analysis })).toBe(true);
  const steps = [{ event: 'A' }, { event: 'B' }];
  expect(sameQuestion({ ...funnel, steps }, { ...funnel, steps: [...steps].reverse() })).toBe(
    false,
  );
  expect(sameQuestion(funnel, { ...funnel, by: 'day' })).toBe(false);
});

test('undefined takes a member away', () => {
  const question = fresh('trends');
  expect('by' in patched(question, { by: undefined })).toBe(false);
  expect(patched(question, { compare: 'previous' }).compare).toBe('previous');
  expect(question.compare).toBeUndefined();
});

describe('gaps', () => {
  test('a fresh question lacks only events', () => {
    const lacking = Object.fromEntries(kAnalyses.map((one) => [one, gapsOf(fresh(one))]));
    expect(lacking).toMatchObject({
      trends: [],
      funnel: ['steps[0].event', 'steps[1].event'],
      retention: [],
      interval: ['start.event', 'end.event'],
      paths: [],
      attribution: ['conversion.event', 'touches[0].event'],
      rfm: [],
    });
  });

  test('values, properties and spans that are not filled in', () => {
    const question: Question = {
      ...fresh('trends'),
      range: { from: '2026-02-01', to: '2026-01-01' },
      series: [
        {
          select: {
            event: 'A',
            where: { all: [{ property: 'x', op: 'is' }, { not: { property: '', op: 'is_set' } }] },
          },
          measure: 'sum',
        },
      ],
      breakdown: { person_property: '' },
    };
    expect(gapsOf(question)).toEqual([
      'series[0].select.where.all[0].value',
      'series[0].select.where.all[1].not.property',
      'series[0].property',
      'breakdown.person_property',
      'range',
    ]);
  });

  test('zero and false are values', () => {
    const where = {
      all: [
        { property: 'n', op: 'is' as const, value: 0 },
        { property: 'b', op: 'is' as const, value: false },
      ],
    };
    const select = { any_event: true, where };
    expect(gapsOf({ ...fresh('lifecycle'), select })).toEqual([]);
  });
});
