import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { LevelsForm } from './levels/LevelsForm';
import { useProgramme } from './use_programme';

export default function LevelsPage() {
  const { t } = useTranslation();
  const { query, programme } = useProgramme();
  const levels = useQuery({
    queryKey: ['loyalty', programme?.id, 'levels'],
    enabled: programme !== undefined,
    refetchOnWindowFocus: false,
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/levels', {
          params: { path: { programme: programme?.id ?? '' } },
        }),
      ),
  });
  return (
    <Loaded query={query} title={t('loyalty.levels')}>
      {() =>
        programme ? (
          <Loaded query={levels} title={t('loyalty.levels')}>
            {(found) => <LevelsForm key={found.revision} levels={found} programme={programme} />}
          </Loaded>
        ) : (
          <>
            <PageHead title={t('loyalty.levels')} />
            <Empty
              title={t('loyalty.none')}
              action={<LinkButton to="/loyalty">{t('nav.loyalty')}</LinkButton>}
            />
          </>
        )
      }
    </Loaded>
  );
}
