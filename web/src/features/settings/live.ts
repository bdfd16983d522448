// The live view keeps the newest events it has heard of. Pure.
import type { EventRow } from '@/api/types';

export const kKept = 200;

/** Old and newly heard events, newest first, each once, at most kKept. */
export function joined(old: readonly EventRow[], heard: readonly EventRow[]): EventRow[] {
  const bySeq = new Map([...old, ...heard].map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((a, b) => b.seq - a.seq).slice(0, kKept);
}
