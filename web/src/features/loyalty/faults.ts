// What is wrong with a form: by the place of a field ("currencies.0.code") the sentence that says
// it. Pure.

/** Why a field is not good; the catalogue has a sentence for each. */
export type Fault =
  | 'needed'
  | 'word'
  | 'twice'
  | 'ascending'
  | 'after_from'
  | 'limit_needed'
  | 'cycle'
  | 'one_needed';
export type Faults = Record<string, Fault>;

/**
 * The field to which the `where` of a problem belongs, among those that show problems: itself, or
 * what it is a part of ("caps" for "caps.points"); null when no field shows it.
 */
export function fieldOf(where: string | undefined, fields: readonly string[]): string | null {
  for (let part = where ?? ''; part; part = part.slice(0, Math.max(0, part.lastIndexOf('.')))) {
    if (fields.includes(part)) return part;
  }
  return null;
}

const kWord = /^[a-z0-9_-]{1,40}$/;
/** Whether the API takes it as the name of a thing. */
export const isWord = (text: string): boolean => kWord.test(text);
