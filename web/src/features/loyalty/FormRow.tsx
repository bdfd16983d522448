import type { ReactNode } from 'react';

/** One line of a form: its name and what is chosen. */
export function FormRow({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="row" style={{ flexWrap: 'wrap', marginBottom: 12 }}>
      <span style={{ minWidth: 130 }}>{name}</span>
      {children}
    </div>
  );
}
