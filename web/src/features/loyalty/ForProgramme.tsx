import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { useProgramme } from './use_programme';

/** What a page shows of the programme in its address, or the way to a first one. */
export function ForProgramme({ children }: { children: (programme: Programme) => ReactNode }) {
  const { t } = useTranslation();
  const { query, programme } = useProgramme();
  return (
    <Loaded query={query}>
      {() =>
        programme ? (
          children(programme)
        ) : (
          <Empty
            title={t('loyalty.none')}
            action={<LinkButton to="/loyalty">{t('nav.loyalty')}</LinkButton>}
          />
        )
      }
    </Loaded>
  );
}
