import { Drawer } from 'antd';
import { useCallback, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Question } from '@/api/types';
import { useRight } from '@/shared/session';
import { OpenPeopleContext, type Opened } from './open_people';
import { PeopleList } from './PeopleList';

interface Props {
  /** The question whose answer is shown, to trace a person through it. */
  question: Question | null;
  children: ReactNode;
}

/** Holds an answer, and the drawer that shows the people behind its numbers. */
export function PeopleDrawer({ question, children }: Props) {
  const { t } = useTranslation();
  const may = useRight('customers.read');
  const [opened, setOpened] = useState<Opened | null>(null);
  const open = useCallback(
    (handle: string, about: string) => setOpened({ handle, about, question }),
    [question],
  );
  return (
    <OpenPeopleContext.Provider value={may ? open : null}>
      {children}
      <Drawer
        open={opened !== null}
        onClose={() => setOpened(null)}
        width={760}
        title={opened?.about}
        closable={{ 'aria-label': t('answer.close_people') }}
        destroyOnHidden
      >
        {opened ? <PeopleList opened={opened} /> : null}
      </Drawer>
    </OpenPeopleContext.Provider>
  );
}
