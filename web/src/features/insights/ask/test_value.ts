// Values of a comparison, as the types of its property want them. Pure.
import type { ConditionTest } from '@/api/types';

export type Op = ConditionTest['op'];
type One = string | number | boolean;

const kText: readonly Op[] = ['is', 'is_not', 'contains', 'not_contains', 'starts_with'];
const kNumber: readonly Op[] = [
  'is',
  'is_not',
  'less',
  'at_most',
  'greater',
  'at_least',
  'between',
];
const kAlways: readonly Op[] = ['is_set', 'is_not_set'];
const kNumeric = new Set<Op>(['less', 'at_most', 'greater', 'at_least', 'between']);

const isNumber = (types: readonly string[]): boolean =>
  types.includes('number') || types.includes('integer');

/** The comparisons that make sense; all of them while the types are not known. */
export function opsFor(types: readonly string[], current: Op): Op[] {
  const known = types.filter((type) => type !== 'null');
  const text = known.length === 0 || known.some((type) => type !== 'number' && type !== 'integer');
  const number = known.length === 0 || isNumber(known);
  const ops = [...(text ? kText : []), ...(number ? kNumber : []), ...kAlways, current];
  return [...new Set(ops)];
}

export const takesValue = (op: Op): boolean => !kAlways.includes(op);
export const takesNumber = (op: Op): boolean => kNumeric.has(op);

/** What was typed, as a number or a truth where the property holds nothing else. */
export function typed(text: string, types: readonly string[]): One {
  const known = types.filter((type) => type !== 'null');
  if (isNumber(known) && !known.includes('string') && text.trim() !== '') {
    const number = Number(text);
    if (Number.isFinite(number)) return number;
  }
  if (known.length === 1 && known[0] === 'boolean' && /^(true|false)$/.test(text))
    return text === 'true';
  return text;
}

export function valuesOf(test: ConditionTest): One[] {
  const { value } = test;
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as One[]) : [value];
}

/** One value stands for itself, several as a list. */
export function withValues(test: ConditionTest, values: One[]): ConditionTest {
  const { value: _, ...rest } = test;
  if (values.length === 0) return rest;
  const first = values[0] as One;
  return { ...rest, value: values.length === 1 ? first : (values as unknown as string[]) };
}

/** Another comparison keeps the value when it can. */
export function withOp(test: ConditionTest, op: Op): ConditionTest {
  const values = valuesOf(test);
  const next = { property: test.property, op };
  if (!takesValue(op)) return next;
  if (takesNumber(op)) {
    const numbers = values.filter((value) => typeof value === 'number');
    return withValues(next, numbers.slice(0, op === 'between' ? 2 : 1));
  }
  return withValues(next, values);
}
