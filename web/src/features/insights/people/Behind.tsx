import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useOpenPeople } from './open_people';

interface Props {
  people: string | undefined;
  about: string;
  children: ReactNode;
}

/** A number that opens the people behind it. */
export function Behind({ people, about, children }: Props) {
  const { t } = useTranslation();
  const open = useOpenPeople();
  if (!people || !open) return <span className="cell">{children}</span>;
  return (
    <button
      type="button"
      className="behind"
      title={t('answer.open_people', { about })}
      onClick={() => open(people, about)}
    >
      {children}
    </button>
  );
}
