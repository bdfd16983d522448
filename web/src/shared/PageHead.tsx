import { useEffect, type ReactNode } from 'react';
import { useWorkspace } from './session';

interface Props {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
}

/** The head of a page: its title (also the window's), one quiet sentence, and its actions. */
export function PageHead({ title, lead, children }: Props) {
  const { name } = useWorkspace();
  useEffect(() => {
    document.title = `${title} · ${name}`;
  }, [title, name]);
  return (
    <header className="page-head">
      <div className="grow">
        <h1>{title}</h1>
        {lead ? <div className="lead">{lead}</div> : null}
      </div>
      {children ? <div className="row">{children}</div> : null}
    </header>
  );
}
