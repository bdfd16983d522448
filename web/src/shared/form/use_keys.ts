import { useRef } from 'react';

/**
 * Keys of the parts of a list that have none of their own: a part keeps its key when another one is
 * removed, so that what its boxes hold stays with it.
 */
export function useKeys(length: number): { keys: readonly number[]; removed: (i: number) => void } {
  const keys = useRef<number[]>([]);
  const next = useRef(0);
  while (keys.current.length < length) keys.current.push(next.current++);
  keys.current.length = length;
  return {
    keys: [...keys.current],
    removed: (i) => {
      keys.current.splice(i, 1);
    },
  };
}
