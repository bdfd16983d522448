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
  | 'one_needed'
  | 'reserved'
  | 'sum';
export type Faults = Record<string, Fault>;

const kWord = /^[a-z0-9_-]{1,40}$/;
/** The word by which addresses call a thing that is not there yet. */
export const kNew = 'new';

/** Whether the API takes it as the name of a thing. */
export const isWord = (text: string): boolean => kWord.test(text);

/** Why a thing that has an address of its own cannot be called so. */
export function faultOfId(text: string): Fault | undefined {
  if (!isWord(text)) return 'word';
  return text === kNew ? 'reserved' : undefined;
}
