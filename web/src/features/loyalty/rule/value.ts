// The value with which a condition compares a property: a text, a number, or yes or no. The types
// are told apart, for "7" and 7 are not equal. Pure.
import type { RuleCondition } from '@/api/types';

export type Op = NonNullable<RuleCondition['op']>;
export type ValueKind = 'text' | 'number' | 'yes_no';

export const kOps: readonly Op[] = ['eq', 'ne', 'in', 'gte', 'lte', 'exists'];

const isNumberOp = (op: Op) => op === 'gte' || op === 'lte';

/** What the value is; of a new one what the property is known to hold. */
export function kindOfValue(value: unknown, types: readonly string[] = []): ValueKind {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof one === 'number') return 'number';
  if (typeof one === 'boolean') return 'yes_no';
  if (typeof one === 'string' && one !== '') return 'text';
  if (types.includes('string') || types.includes('time')) return 'text';
  if (types.includes('number') || types.includes('integer')) return 'number';
  return types.includes('boolean') ? 'yes_no' : 'text';
}

/** The value as another kind; what cannot be one is none yet. */
export function valueAs(value: unknown, kind: ValueKind): unknown {
  if (Array.isArray(value))
    return value.map((one) => valueAs(one, kind)).filter((one) => one !== undefined);
  if (kind === 'yes_no') return value === true || value === 'true';
  if (kind === 'text') return value === undefined || value === null ? undefined : String(value);
  if (typeof value === 'boolean' || String(value ?? '').trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

const plain = ({ property, op }: RuleCondition, value: unknown): RuleCondition =>
  value === undefined || value === null
    ? { property, op: op ?? 'eq' }
    : { property, op: op ?? 'eq', value };

/** The condition with another value. */
export const withValue = (condition: RuleCondition, value: unknown): RuleCondition =>
  plain(condition, value);

/** The condition with another comparison, and of its value what that can take. */
export function withOp(condition: RuleCondition, op: Op): RuleCondition {
  const { value } = condition;
  const next = { ...condition, op };
  if (op === 'exists') return plain(next, undefined);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (isNumberOp(op)) return plain(next, valueAs(first, 'number'));
  if (op !== 'in') return plain(next, first);
  const list = Array.isArray(value) ? value : value === undefined || value === '' ? [] : [value];
  return plain(next, list);
}
