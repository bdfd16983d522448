import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { Redemptions } from './Redemptions';
import { RewardCatalogue } from './RewardCatalogue';
import { RewardForm } from './RewardForm';
import { ThingsPage } from './ThingsPage';

const kNew = 'new';

function Body({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const address = useAddress();
  const mayWrite = useRight('loyalty.write');
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'rewards'],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/rewards', {
          params: { path: { programme: programme.id } },
        }),
      ),
  });
  return (
    <Loaded query={query}>
      {({ rewards }) => {
        const asked = address.text('reward');
        const reward = rewards.find(({ id }) => id === asked);
        if (asked === kNew && mayWrite) {
          return (
            <RewardForm programme={programme} onDone={(id) => address.change({ reward: id })} />
          );
        }
        return (
          <>
            {rewards.length === 0 ? (
              <Empty title={t('reward.none')} hint={t('reward.none_hint')} />
            ) : (
              <RewardCatalogue rewards={rewards} programme={programme} />
            )}
            {reward && mayWrite ? (
              <Section title={t('reward.change', { name: reward.name })}>
                <RewardForm
                  key={`${reward.id}:${reward.revision}`}
                  programme={programme}
                  reward={reward}
                />
              </Section>
            ) : null}
            {rewards.length > 0 ? (
              <Section title={t('reward.redemptions')}>
                <Redemptions programme={programme} rewards={rewards} />
              </Section>
            ) : null}
          </>
        );
      }}
    </Loaded>
  );
}

export default function RewardsPage() {
  const { t } = useTranslation();
  return (
    <ThingsPage
      title={t('nav.rewards')}
      lead={t('reward.lead')}
      add={t('reward.new')}
      to={`/loyalty/rewards?reward=${kNew}`}
    >
      {(programme) => <Body programme={programme} />}
    </ThingsPage>
  );
}
