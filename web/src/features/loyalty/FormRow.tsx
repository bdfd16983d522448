import type { ReactNode } from 'react';
import { FieldFault } from '@/shared/form/Fields';
import './loyalty.css';

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
    <div className="form-row">
      <span>{name}</span>
      <div>
        <div className="row">{children}</div>
        {hint ? <div className="quiet small">{hint}</div> : null}
        {at ? <FieldFault at={at} /> : null}
      </div>
    </div>
  );
}
