import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme, ReferralSums } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { ForProgramme } from './ForProgramme';
import { ProgrammeSwitch } from './programme/ProgrammeSwitch';
import { ReferralForm } from './ReferralForm';
import { Referrals } from './Referrals';

function Figures({ sums }: { sums: ReferralSums }) {
  const { t } = useTranslation();
  const format = useFormat();
  const figures: [string, string][] = [
    [t('referral.claims'), format.count(sums.claims)],
    [t('referral.rewarded'), format.count(sums.rewarded)],
    [t('referral.waiting'), format.count(sums.waiting)],
    [t('referral.refused'), format.count(sums.refused)],
    [t('referral.revenue'), format.money(sums.orders_minor, { whole: true })],
    [t('referral.points_given'), format.count(sums.referrer_points + sums.friend_points)],
    [t('referral.coupons_given'), format.count(sums.coupons)],
  ];
  return (
    <div className="row" style={{ flexWrap: 'wrap', gap: '16px 48px', marginBottom: 20 }}>
      {figures.map(([name, value]) => (
        <div key={name}>
          <div className="quiet">{name}</div>
          <div className="figure mid">{value}</div>
        </div>
      ))}
    </div>
  );
}

function Body({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('loyalty.write');
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'referral'],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/referral', {
          params: { path: { programme: programme.id } },
        }),
      ),
  });
  return (
    <Loaded query={query}>
      {({ terms, sums }) => (
        <>
          <Figures sums={sums} />
          <Section title={t('referral.list')}>
            <Referrals programme={programme} terms={terms} />
          </Section>
          {mayWrite ? (
            <Section title={t('referral.terms')}>
              <p className="quiet">
                {terms.revision
                  ? t('referral.terms_of', {
                      n: terms.revision,
                      at: terms.from ? format.dateTime(terms.from) : '',
                    })
                  : t('referral.no_terms')}
              </p>
              <ReferralForm key={terms.revision ?? 0} programme={programme} terms={terms} />
            </Section>
          ) : null}
        </>
      )}
    </Loaded>
  );
}

export default function ReferralPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t('nav.referral')} lead={t('referral.lead')}>
        <ProgrammeSwitch />
      </PageHead>
      <ForProgramme>{(programme) => <Body programme={programme} />}</ForProgramme>
    </>
  );
}
