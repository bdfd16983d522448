import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useAddress } from '@/shared/use_address';

interface Props {
  programme: string;
  /** What the address calls it by: "batch", "draw". */
  kind: string;
  id: string;
  children: ReactNode;
}

/** A thing of a list, which opens below it, in the same programme. */
export function ThingLink({ programme, kind, id, children }: Props) {
  const chosen = useAddress().text(kind) === id;
  return (
    <Link
      to={`?${new URLSearchParams({ programme, [kind]: id }).toString()}`}
      replace
      {...(chosen ? { 'aria-current': true as const } : {})}
    >
      {children}
    </Link>
  );
}
