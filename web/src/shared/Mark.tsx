import type { ReactNode } from 'react';

export type MarkKind = 'good' | 'bad' | 'warn' | 'plain';

/** A word that is marked, in colours that can be read on both grounds. */
export function Mark({ kind = 'plain', children }: { kind?: MarkKind; children: ReactNode }) {
  return <span className={`mark ${kind}`}>{children}</span>;
}
