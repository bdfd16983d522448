import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { ForProgramme } from './ForProgramme';
import { LevelsForm } from './levels/LevelsForm';
import { ProgrammeSwitch } from './programme/ProgrammeSwitch';
import { useProgramme } from './use_programme';

function Body({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const levels = useQuery({
    queryKey: ['loyalty', programme.id, 'levels'],
    refetchOnWindowFocus: false,
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/levels', {
          params: { path: { programme: programme.id } },
        }),
      ),
  });
  return (
    <Loaded query={levels} title={t('loyalty.levels')}>
      {(found) => <LevelsForm key={found.revision} levels={found} programme={programme} />}
    </Loaded>
  );
}

export default function LevelsPage() {
  const { t } = useTranslation();
  const { programme } = useProgramme();
  return (
    <>
      {programme ? null : (
        <PageHead title={t('loyalty.levels')}>
          <ProgrammeSwitch />
        </PageHead>
      )}
      <ForProgramme>{(one) => <Body programme={one} />}</ForProgramme>
    </>
  );
}
