import type { ReactNode } from 'react';
import type { Programme } from '@/api/types';
import { LinkButton } from '@/shared/LinkButton';
import { PageHead } from '@/shared/PageHead';
import { useRight } from '@/shared/session';
import { ForProgramme } from './ForProgramme';

interface Props {
  title: string;
  lead: string;
  /** What the button for a new one says, and where it leads. */
  add: string;
  to: string;
  children: (programme: Programme) => ReactNode;
}

/** The frame of a page about things of a programme: coupons, price rules and the like. */
export function ThingsPage({ title, lead, add, to, children }: Props) {
  const mayWrite = useRight('loyalty.write');
  return (
    <>
      <PageHead title={title} lead={lead}>
        {mayWrite ? (
          <LinkButton type="primary" to={to}>
            {add}
          </LinkButton>
        ) : null}
      </PageHead>
      <ForProgramme>{children}</ForProgramme>
    </>
  );
}
