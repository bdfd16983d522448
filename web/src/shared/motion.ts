// Whether things may move on the page: not where the system is set to reduce motion (Media Queries
// Level 5, prefers-reduced-motion). Dialogs, menus and charts are then there at once.
import { useSyncExternalStore } from 'react';

const reduced = window.matchMedia('(prefers-reduced-motion: reduce)');

function subscribe(tell: () => void): () => void {
  reduced.addEventListener('change', tell);
  return () => reduced.removeEventListener('change', tell);
}

export const mayMove = (): boolean => !reduced.matches;

export const useMayMove = (): boolean => useSyncExternalStore(subscribe, mayMove);
