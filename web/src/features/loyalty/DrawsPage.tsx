import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { DrawForm } from './DrawForm';
import { DrawsTable } from './DrawsTable';
import { Plays } from './Plays';
import { ThingsPage } from './ThingsPage';

const kNew = 'new';

function Body({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const address = useAddress();
  const mayWrite = useRight('loyalty.write');
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'draws'],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/draws', {
          params: { path: { programme: programme.id } },
        }),
      ),
  });
  const asked = address.text('draw');
  return (
    <Loaded query={query}>
      {({ draws }) => {
        if (asked === kNew && mayWrite) {
          return <DrawForm programme={programme} onDone={(id) => address.change({ draw: id })} />;
        }
        const draw = draws.find(({ id }) => id === asked);
        return (
          <>
            {draws.length === 0 ? (
              <Empty title={t('draw.none')} hint={t('draw.none_hint')} />
            ) : (
              <DrawsTable draws={draws} programme={programme} />
            )}
            {draw ? (
              <>
                <Section title={t('draw.list', { name: draw.name })}>
                  <Plays key={draw.id} programme={programme} draw={draw} />
                </Section>
                {mayWrite && !draw.seed ? (
                  <Section title={t('draw.change', { name: draw.name })}>
                    <DrawForm
                      key={`${draw.id}:${draw.revision}`}
                      programme={programme}
                      draw={draw}
                    />
                  </Section>
                ) : null}
              </>
            ) : null}
          </>
        );
      }}
    </Loaded>
  );
}

export default function DrawsPage() {
  const { t } = useTranslation();
  return (
    <ThingsPage
      title={t('nav.draws')}
      lead={t('draw.lead')}
      add={t('draw.new')}
      to={`/loyalty/draws?draw=${kNew}`}
    >
      {(programme) => <Body programme={programme} />}
    </ThingsPage>
  );
}
