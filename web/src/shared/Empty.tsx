import type { ReactNode } from 'react';

interface Props {
  title: string;
  hint?: ReactNode;
  action?: ReactNode;
}

/** Nothing is here yet, and what to do next. */
export function Empty({ title, hint, action }: Props) {
  return (
    <div className="notice">
      <h3>{title}</h3>
      {hint ? (
        <p className="quiet" style={{ margin: '4px 0 0' }}>
          {hint}
        </p>
      ) : null}
      {action ? <div style={{ marginTop: 10 }}>{action}</div> : null}
    </div>
  );
}
