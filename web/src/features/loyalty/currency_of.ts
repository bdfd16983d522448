// The kind of points that a page shows.
import type { Programme } from '@/api/types';

/** The one that is asked for if the programme has it, else its first. Pure. */
export function currencyOf(programme: Programme | undefined, asked: string): string {
  const all = programme?.currencies ?? [];
  return (all.find(({ code }) => code === asked) ?? all[0])?.code ?? '';
}
