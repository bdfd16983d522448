import type { ReactNode } from 'react';
import { FieldFault } from './Fields';

interface Props {
  name: string;
  /** The place by which faults of the field are named. */
  at?: string;
  /** What it means, in a quiet sentence. */
  hint?: ReactNode;
  children: ReactNode;
}

/** One line of a form: its name and what is chosen. */
export function FormRow({ name, at, hint, children }: Props) {
  return (
    <div style={{ marginBottom: 12 }}>
      <div className="row">
        <span style={{ minWidth: 130 }}>{name}</span>
        {children}
      </div>
      {hint ? <div className="quiet small">{hint}</div> : null}
      {at ? <FieldFault at={at} /> : null}
    </div>
  );
}
