import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { useAddress } from '@/shared/use_address';
import { useProgramme } from './use_programme';

/** There is no programme, or none of the name in the address; and the way to one. */
export function NotThere() {
  const { t } = useTranslation();
  const wanted = useAddress().text('programme');
  return (
    <Empty
      title={wanted ? t('programme.not_there', { id: wanted }) : t('loyalty.none')}
      action={<LinkButton to="/loyalty">{t('nav.loyalty')}</LinkButton>}
    />
  );
}

/** What a page shows of the programme in its address; of another one it begins anew. */
export function ForProgramme({ children }: { children: (programme: Programme) => ReactNode }) {
  const { query, programme } = useProgramme();
  return (
    <Loaded query={query}>
      {() =>
        programme ? <Fragment key={programme.id}>{children(programme)}</Fragment> : <NotThere />
      }
    </Loaded>
  );
}
