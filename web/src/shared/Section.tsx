import { useId, type ReactNode } from 'react';

interface Props {
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}

export function Section({ title, aside, children }: Props) {
  const id = useId();
  return (
    <section className="section" aria-labelledby={id}>
      <div className="section-head">
        <h2 id={id}>{title}</h2>
        <span className="grow" />
        {aside}
      </div>
      {children}
    </section>
  );
}
