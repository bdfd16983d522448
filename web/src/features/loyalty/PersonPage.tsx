import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { Adjust } from './Adjust';
import { Balances } from './Balances';
import { currencyOf } from './currency_of';
import { ForProgramme } from './ForProgramme';
import { MemberCentre } from './MemberCentre';
import { MemberReferral } from './MemberReferral';
import { ProgrammeSwitch } from './programme/ProgrammeSwitch';
import { QuoteView } from './quote/QuoteView';
import { StandingView } from './StandingView';
import { StatementTable } from './StatementTable';
import { useProgramme } from './use_programme';

function Body({ programme, person }: { programme: Programme; person: number }) {
  const { t } = useTranslation();
  const address = useAddress();
  const mayWrite = useRight('loyalty.write');
  const currency = currencyOf(programme, address.text('currency'));
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'person', person],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/people/{person}', {
          params: { path: { programme: programme.id, person } },
        }),
      ),
  });
  return (
    <Loaded query={query}>
      {(found) => (
        <>
          <div className="grid2">
            <Section title={t('loyalty.balances_now')}>
              <Balances
                balances={found.balances}
                chosen={currency}
                choose={(code) => address.change({ currency: code })}
              />
            </Section>
            <div>
              <Section title={t('loyalty.level')}>
                {found.standing ? (
                  <StandingView programme={programme} standing={found.standing} />
                ) : (
                  <p className="quiet">{t('loyalty.no_standing')}</p>
                )}
              </Section>
              {mayWrite ? (
                <Section title={t('member_centre.title')}>
                  <MemberCentre programme={programme} person={person} />
                </Section>
              ) : null}
            </div>
          </div>
          <Section title={t('referral.mine')}>
            <MemberReferral programme={programme} person={person} referral={found.referral} />
          </Section>
          <Section title={t('loyalty.statement')}>
            <StatementTable
              key={currency}
              programme={programme}
              person={person}
              currency={currency}
            />
          </Section>
          <Section title={t('quote.title')}>
            <QuoteView programme={programme} person={person} />
          </Section>
          {mayWrite ? (
            <Section title={t('loyalty.adjust')}>
              <Adjust key={currency} programme={programme} person={person} currency={currency} />
            </Section>
          ) : null}
        </>
      )}
    </Loaded>
  );
}

export default function PersonPage() {
  const { t } = useTranslation();
  const person = Number(useParams().id);
  const { programme } = useProgramme();
  return (
    <>
      <PageHead title={t('loyalty.points_of', { id: person })} lead={programme?.name}>
        <ProgrammeSwitch />
        <LinkButton to={`/customers/${person}`}>{t('loyalty.customer_file')}</LinkButton>
      </PageHead>
      <ForProgramme>{(one) => <Body programme={one} person={person} />}</ForProgramme>
    </>
  );
}
