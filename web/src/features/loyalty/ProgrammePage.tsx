import { useTranslation } from 'react-i18next';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { useAddress } from '@/shared/use_address';
import { NotThere } from './ForProgramme';
import { draftOf, freshProgramme } from './programme/programme_draft';
import { ProgrammeForm } from './programme/ProgrammeForm';
import { ProgrammeSwitch } from './programme/ProgrammeSwitch';
import { usePresets } from './use_presets';
import { useProgramme } from './use_programme';

/** The word of the address for one that is not there yet; no programme is called so. */
const kNew = 'new';

function Fresh({ taken }: { taken: readonly string[] }) {
  const { t } = useTranslation();
  const presets = usePresets();
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
        programme ? (
          <ProgrammeForm
            key={`${programme.id} ${programme.revision}`}
            programme={programme}
            begin={draftOf(programme)}
            taken={programmes.map(({ id }) => id)}
          />
        ) : programmes.length > 0 && address.text('programme') !== kNew ? (
          <>
            <PageHead title={t('programme.title')}>
              <ProgrammeSwitch />
            </PageHead>
            <NotThere />
          </>
        ) : (
          <Fresh taken={programmes.map(({ id }) => id)} />
        )
      }
    </Loaded>
  );
}
