import { useRef } from 'react';
import { wordOf } from './word_of';

/**
 * The word under which a form saves a new thing: the same at every try, so that one whose answer
 * was lost on the way is not made twice.
 */
export function useNewWord(): (name: string) => string {
  const word = useRef('');
  return (name) => (word.current ||= wordOf(name));
}
