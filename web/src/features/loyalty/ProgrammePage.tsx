import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { useAddress } from '@/shared/use_address';
import { draftOf, freshProgramme } from './programme/programme_draft';
import { ProgrammeForm } from './programme/ProgrammeForm';
import { useProgramme } from './use_programme';

function Fresh({ taken }: { taken: readonly string[] }) {
  const { t } = useTranslation();
  const presets = useQuery({
    queryKey: ['loyalty-presets'],
    queryFn: () => must(api.GET('/v1/loyalty/presets')),
    refetchOnWindowFocus: false,
  });
  return (
    <Loaded query={presets} title={t('programme.new')}>
      {({ programme }) => <ProgrammeForm begin={freshProgramme(programme, taken)} taken={taken} />}
    </Loaded>
  );
}

/** A programme is set up: ?programme=new is a new one, as is the first. */
export default function ProgrammePage() {
  const { t } = useTranslation();
  const address = useAddress();
  const { query, programme } = useProgramme();
  return (
    <Loaded query={query} title={t('programme.title')}>
      {({ programmes }) =>
        programme && address.text('programme') !== 'new' ? (
          <ProgrammeForm
            key={`${programme.id} ${programme.revision}`}
            programme={programme}
            begin={draftOf(programme)}
            taken={programmes.map(({ id }) => id)}
          />
        ) : (
          <Fresh taken={programmes.map(({ id }) => id)} />
        )
      }
    </Loaded>
  );
}
