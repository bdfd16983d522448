import type { ReactNode } from 'react';

/** A field with its name before it and its unit behind it. */
export function Labelled({
  label,
  unit,
  children,
}: {
  label?: string;
  unit?: string;
  children: ReactNode;
}) {
  return (
    <label className="row" style={{ gap: 6 }}>
      {label ? <span className="quiet">{label}</span> : null}
      {children}
      {unit ? <span className="quiet">{unit}</span> : null}
    </label>
  );
}
