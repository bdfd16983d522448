import type { ReactNode } from 'react';
import type { Programme } from '@/api/types';
import { LinkButton } from '@/shared/LinkButton';
import { PageHead } from '@/shared/PageHead';
import { useRight } from '@/shared/session';
import { ForProgramme } from './ForProgramme';
import { ProgrammeSwitch } from './programme/ProgrammeSwitch';
import { useProgramme } from './use_programme';

interface Props {
  title: string;
  lead: string;
  /** What the button for a new one says, and where it leads in the page of a programme. */
  add: string;
  to: string;
  children: (programme: Programme) => ReactNode;
}

/** The frame of a page about things of a programme: coupons, price rules and the like. */
export function ThingsPage({ title, lead, add, to, children }: Props) {
  const mayWrite = useRight('loyalty.write');
  const { programme } = useProgramme();
  return (
    <>
      <PageHead title={title} lead={lead}>
        <ProgrammeSwitch />
        {mayWrite && programme ? (
          <LinkButton type="primary" to={`${to}&programme=${programme.id}`}>
            {add}
          </LinkButton>
        ) : null}
      </PageHead>
      <ForProgramme>{children}</ForProgramme>
    </>
  );
}
