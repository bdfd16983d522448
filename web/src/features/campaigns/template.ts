// Messages with personal fields: "{{ name | there }}" is a field and what stands there for someone
// without a value. The server decides; this tells mistakes while one types. Pure.

export const kFields = [
  'name',
  'first_name',
  'email',
  'country',
  'orders',
  'spent',
  'last_order_date',
  'workspace',
  'recommended_1',
  'recommended_2',
  'recommended_3',
  'unsubscribe_url',
] as const;
/** Fields that many people have no value for, so that they want a fallback. */
const kWantFallback = [
  'name',
  'first_name',
  'country',
  'last_order_date',
  'recommended_1',
  'recommended_2',
  'recommended_3',
];

export type TemplateMistake =
  | { kind: 'unknown'; field: string }
  | { kind: 'unclosed'; field: string }
  | { kind: 'no_fallback'; field: string };

const kKnown = new Set<string>(kFields);
const isKnown = (field: string): boolean => kKnown.has(field) || /^trait:\S/.test(field);

/** Mistakes in the order in which they stand; "no_fallback" is a warning only. */
export function mistakesIn(source: string): TemplateMistake[] {
  const found: TemplateMistake[] = [];
  let at = source.indexOf('{{');
  while (at >= 0) {
    const end = source.indexOf('}}', at + 2);
    const next = source.indexOf('{{', at + 2);
    if (end < 0 || (next >= 0 && next < end)) {
      found.push({ kind: 'unclosed', field: source.slice(at, at + 24) });
      at = next;
      continue;
    }
    const inner = source.slice(at + 2, end);
    const bar = inner.indexOf('|');
    const field = (bar < 0 ? inner : inner.slice(0, bar)).trim();
    const fallback = bar < 0 ? '' : inner.slice(bar + 1).trim();
    if (!isKnown(field)) found.push({ kind: 'unknown', field });
    else if (fallback === '' && (kWantFallback.includes(field) || field.startsWith('trait:')))
      found.push({ kind: 'no_fallback', field });
    at = source.indexOf('{{', end + 2);
  }
  return found;
}

export const isFatal = (mistake: TemplateMistake): boolean => mistake.kind !== 'no_fallback';

export interface Inserted {
  text: string;
  caret: number;
}

/** Puts a field in place of the selection [from, to) and tells where the caret goes. */
export function insertField(
  text: string,
  from: number,
  to: number,
  field: string,
  fallback: string,
): Inserted {
  const written = fallback ? `{{ ${field} | ${fallback} }}` : `{{ ${field} }}`;
  return { text: text.slice(0, from) + written + text.slice(to), caret: from + written.length };
}
