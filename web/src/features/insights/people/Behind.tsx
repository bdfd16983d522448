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
  const does = t('answer.open_people', { about });
  // A number alone does not say to a listener whose it is.
  const parts = [children].flat();
  const seen = parts.every((part) => typeof part === 'string') ? parts.join('') : null;
  return (
    <button
      type="button"
      className="behind"
      title={does}
      aria-label={seen === null ? undefined : `${seen} · ${does}`}
      onClick={() => open(people, about)}
    >
      {children}
    </button>
  );
}
