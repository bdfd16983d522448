// The rule of a segment as it is edited: new parts, and a tree with one part replaced.
import type { SegmentRule } from '@/api/types';

export type LeafKind =
  | 'did'
  | 'not_did'
  | 'trait'
  | 'first_did'
  | 'last_did'
  | 'sequence'
  | 'segment'
  | 'fact'
  | 'consent';
export const kLeafKinds: readonly LeafKind[] = [
  'did',
  'not_did',
  'trait',
  'first_did',
  'last_did',
  'sequence',
  'segment',
  'fact',
  'consent',
];

const lastDays = (count: number) => ({ last: { count, unit: 'day' as const } });

/** A part as it begins; what must be chosen is empty. */
export function newLeaf(kind: LeafKind): SegmentRule {
  switch (kind) {
    case 'did':
      return {
        did: { event: '', measure: 'count', op: 'at_least', value: 1, window: lastDays(30) },
      };
    case 'not_did':
      return { not: newLeaf('did') };
    case 'trait':
      return { trait: { property: '', op: 'is', value: [] as unknown as string } };
    case 'first_did':
      return { first_did: { event: '', window: lastDays(30) } };
    case 'last_did':
      return { last_did: { event: '', window: lastDays(30) } };
    case 'sequence':
      return {
        sequence: {
          steps: [{ event: '' }, { event: '' }],
          within: { count: 7, unit: 'day' },
          window: lastDays(90),
        },
      };
    case 'segment':
      return { segment: '' };
    case 'fact':
      return { fact: { name: 'lifecycle_stage', is: [] } };
    case 'consent':
      return { consent: { channel: 'email', is: [] } };
  }
}

export type Join = 'all' | 'any' | 'not_all' | 'not_any';
export interface Group {
  join: Join;
  parts: SegmentRule[];
}

/** A rule as a group of parts, when it is one. */
export function groupOf(rule: SegmentRule): Group | null {
  if ('all' in rule) return { join: 'all', parts: rule.all };
  if ('any' in rule) return { join: 'any', parts: rule.any };
  if (!('not' in rule)) return null;
  if ('all' in rule.not) return { join: 'not_all', parts: rule.not.all };
  if ('any' in rule.not) return { join: 'not_any', parts: rule.not.any };
  return null;
}

export function ruleOf({ join, parts }: Group): SegmentRule {
  const inner: SegmentRule = join.endsWith('any') ? { any: parts } : { all: parts };
  return join.startsWith('not_') ? { not: inner } : inner;
}

/** The rule that the editor shows: always a group at the top. */
export const rootOf = (rule: SegmentRule): SegmentRule => (groupOf(rule) ? rule : { all: [rule] });

/** A leaf without the `not` around it, and whether there was one. */
export function leafOf(rule: SegmentRule): { leaf: SegmentRule; denied: boolean } {
  return 'not' in rule && !groupOf(rule)
    ? { leaf: rule.not, denied: true }
    : { leaf: rule, denied: false };
}

const choices = (rule: SegmentRule) => {
  if ('did' in rule) return [rule.did];
  if ('first_did' in rule) return [rule.first_did];
  if ('last_did' in rule) return [rule.last_did];
  if ('sequence' in rule) return [...rule.sequence.steps, ...(rule.sequence.without ?? [])];
  return [];
};

const emptyValue = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length);

function wholeTrait({
  property,
  op,
  value,
  days,
}: Extract<SegmentRule, { trait: unknown }>['trait']) {
  if (!property) return false;
  if (op === 'is_set' || op === 'is_not_set') return true;
  return op.startsWith('within') || op === 'more_than_ago' || op === 'anniversary_within_next'
    ? days !== undefined
    : !emptyValue(value);
}

/** Whether nothing is left to choose: only then is the server asked. */
export function isWhole(rule: SegmentRule): boolean {
  const group = groupOf(rule);
  if (group) return group.parts.length > 0 && group.parts.every(isWhole);
  const { leaf } = leafOf(rule);
  if (leaf !== rule) return isWhole(leaf);
  if ('segment' in rule) return rule.segment !== '';
  if ('fact' in rule) return rule.fact.is.length > 0;
  if ('consent' in rule) return rule.consent.is.length > 0;
  if ('trait' in rule) return wholeTrait(rule.trait);
  if ('did' in rule) {
    const { measure = 'count', property, op, value } = rule.did;
    if (measure !== 'count' && measure !== 'days' && !property) return false;
    if (op !== 'is_set' && op !== 'is_not_set' && emptyValue(value)) return false;
  }
  return choices(rule).every((one) => Boolean(one.event) || one.any_event === true);
}
