// Questions as documents: a fresh one of each kind, what is still missing, and the address. Pure.
import type { Question, Selector } from '@/api/types';

export type Analysis = Question['analysis'];
export type QuestionOf<A extends Analysis> = Extract<Question, { analysis: A }>;

export const kAnalyses = [
  'trends',
  'funnel',
  'retention',
  'lifecycle',
  'stickiness',
  'active',
  'distribution',
  'interval',
  'paths',
  'attribution',
  'sessions',
  'rfm',
] as const satisfies readonly Analysis[];

const kAny: Selector = { any_event: true };
/** A place for an event that is not chosen yet. */
const kOpen: Selector = {};

const kFresh: { [A in Analysis]: QuestionOf<A> } = {
  trends: {
    analysis: 'trends',
    range: { last: 30, unit: 'day' },
    by: 'day',
    series: [{ select: kAny, measure: 'people' }],
  },
  funnel: {
    analysis: 'funnel',
    range: { last: 30, unit: 'day' },
    steps: [kOpen, kOpen],
    window: { count: 7, unit: 'day' },
  },
  retention: {
    analysis: 'retention',
    range: { last: 12, unit: 'week' },
    by: 'week',
    start: kAny,
    return: kAny,
  },
  lifecycle: {
    analysis: 'lifecycle',
    range: { last: 12, unit: 'week' },
    by: 'week',
    select: kAny,
  },
  stickiness: {
    analysis: 'stickiness',
    range: { previous: 'month' },
    by: 'day',
    select: kAny,
  },
  active: { analysis: 'active', range: { last: 90, unit: 'day' } },
  distribution: {
    analysis: 'distribution',
    range: { last: 30, unit: 'day' },
    select: kAny,
    measure: 'count',
  },
  interval: {
    analysis: 'interval',
    range: { last: 90, unit: 'day' },
    start: kOpen,
    end: kOpen,
    at_most: { count: 30, unit: 'day' },
  },
  paths: { analysis: 'paths', range: { last: 30, unit: 'day' }, length: 5 },
  attribution: {
    analysis: 'attribution',
    range: { last: 90, unit: 'day' },
    conversion: kOpen,
    touches: [kOpen],
    models: ['first', 'last', 'linear'],
    look_back: { count: 30, unit: 'day' },
  },
  sessions: { analysis: 'sessions', range: { last: 30, unit: 'day' }, by: 'day' },
  rfm: { analysis: 'rfm', range: { last: 12, unit: 'month' } },
};

export const fresh = <A extends Analysis>(analysis: A): QuestionOf<A> =>
  structuredClone(kFresh[analysis]);

/** A change of some members; `undefined` takes a member away. */
export type Patch<T> = { [K in keyof T]?: T[K] | undefined };

export function patched<T extends object>(from: T, patch: Patch<T>): T {
  const entries = Object.entries({ ...from, ...patch }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}

export const analysisOf = (word: string | undefined): Analysis | null =>
  kAnalyses.find((one) => one === word) ?? null;

/** Members that mean something else when they are left out: these are not filled in. */
const kOptional = new Set(['by', 'window', 'at_most', 'length', 'models', 'look_back']);

/** The question after the # of an address; null when there is none of this analysis. */
export function fromHash<A extends Analysis>(hash: string, analysis: A): QuestionOf<A> | null {
  try {
    const found: unknown = JSON.parse(decodeURIComponent(hash.replace(/^#/, '')));
    const fits =
      typeof found === 'object' &&
      found !== null &&
      (found as { analysis?: unknown }).analysis === analysis;
    if (!fits) return null;
    const wanted = Object.entries(kFresh[analysis]).filter(([name]) => !kOptional.has(name));
    return { ...Object.fromEntries(wanted), ...found } as QuestionOf<A>;
  } catch {
    return null;
  }
}

/** The question as the part of an address that is not sent to the server and so not logged. */
export const toHash = (question: Question): string =>
  `#${encodeURIComponent(JSON.stringify(question)).replace(/%(2C|3A)/g, (code) =>
    code === '%2C' ? ',' : ':',
  )}`;

const inOrder = (value: unknown): unknown =>
  typeof value !== 'object' || value === null
    ? value
    : Array.isArray(value)
      ? value.map(inOrder)
      : Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, inner]) => [name, inOrder(inner)]);

/** Whether two documents say the same; the order of their members says nothing. */
export const sameQuestion = (a: Question, b: Question): boolean =>
  JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b));

export const pathOf = (question: Question, report?: string): string => {
  const saved = report ? `?report=${encodeURIComponent(report)}` : '';
  return `/insights/ask/${question.analysis}${saved}${toHash(question)}`;
};
