// Light or dark: the person's choice, else what the system says. Kept outside React so that charts
// and the page's own colours follow at once.
import { useSyncExternalStore } from 'react';

export type ThemeName = 'light' | 'dark';

const kStored = 'perennial.theme';
const listeners = new Set<() => void>();

function initial(): ThemeName {
  const stored = localStorage.getItem(kStored);
  if (stored === 'light' || stored === 'dark') return stored;
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

let current: ThemeName = initial();
document.documentElement.dataset.theme = current;

export function chooseTheme(name: ThemeName): void {
  current = name;
  localStorage.setItem(kStored, name);
  document.documentElement.dataset.theme = name;
  listeners.forEach((tell) => tell());
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export const useThemeName = (): ThemeName => useSyncExternalStore(subscribe, () => current);
