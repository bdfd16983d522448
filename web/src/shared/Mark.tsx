import type { ReactNode } from 'react';

export type MarkKind = 'good' | 'bad' | 'warn' | 'neutral';

/** A word that is marked, in colours that can be read on both grounds. */
export function Mark({ kind = 'neutral', children }: { kind?: MarkKind; children: ReactNode }) {
  return <span className={`mark ${kind}`}>{children}</span>;
}
