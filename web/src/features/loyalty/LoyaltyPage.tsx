import { useQuery } from '@tanstack/react-query';
import { Alert, Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { NotThere } from './ForProgramme';
import { Glance } from './Glance';
import { LevelsTable } from './LevelsTable';
import { NoProgramme } from './NoProgramme';
import { ProgrammeSwitch } from './programme/ProgrammeSwitch';
import { RulesTable } from './RulesTable';
import { useProgramme } from './use_programme';

const kLookAgain = 2_000;

function Body({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('loyalty.write');
  const params = { path: { programme: programme.id } };
  const rules = useQuery({
    queryKey: ['loyalty', programme.id, 'rules'],
    queryFn: () => must(api.GET('/v1/loyalty/programmes/{programme}/rules', { params })),
    refetchInterval: ({ state }) => (state.data?.looking_back ? kLookAgain : false),
  });
  const back = rules.data?.looking_back;
  const levels = useQuery({
    queryKey: ['loyalty', programme.id, 'levels'],
    queryFn: () => must(api.GET('/v1/loyalty/programmes/{programme}/levels', { params })),
    refetchInterval: back ? kLookAgain : false,
  });
  const aside = (to: string, name: string) =>
    mayWrite ? (
      <LinkButton size="small" to={`${to}?programme=${programme.id}`}>
        {name}
      </LinkButton>
    ) : null;
  return (
    <>
      {rules.data?.worker_error ? (
        <Alert type="error" showIcon message={rules.data.worker_error} />
      ) : null}
      {back ? (
        <div role="status" style={{ marginBottom: 16 }}>
          {t('loyalty.looking_back', { done: format.count(back.done), of: format.count(back.of) })}
          <Progress
            percent={Math.round(((back.done ?? 0) / Math.max(1, back.of ?? 1)) * 100)}
            aria-label={t('loyalty.progress')}
          />
        </div>
      ) : null}
      <Glance key={back ? 'before' : 'after'} programme={programme} />
      <Section title={t('loyalty.levels')} aside={aside('/loyalty/levels', t('do.edit'))}>
        <Loaded query={levels}>{(found) => <LevelsTable levels={found} />}</Loaded>
      </Section>
      <Section title={t('loyalty.rules')} aside={aside('/loyalty/rules/new', t('rule_form.new'))}>
        <Loaded query={rules}>
          {(found) =>
            found.rules.length === 0 ? (
              <Empty title={t('rule_form.none')} hint={t('rule_form.none_hint')} />
            ) : (
              <RulesTable rules={found.rules} programme={programme} />
            )
          }
        </Loaded>
      </Section>
    </>
  );
}

export default function LoyaltyPage() {
  const { t } = useTranslation();
  const { query, programme } = useProgramme();
  return (
    <>
      <PageHead
        title={programme?.name ?? t('nav.loyalty')}
        lead={programme ? t('loyalty.lead', { zone: programme.zone }) : t('loyalty.lead_none')}
      >
        <ProgrammeSwitch />
        {programme ? (
          <>
            <LinkButton to={`/loyalty/approvals?programme=${programme.id}`}>
              {t('approval.link')}
            </LinkButton>
            <LinkButton to={`/loyalty/settings?programme=${programme.id}`}>
              {t('programme.title')}
            </LinkButton>
          </>
        ) : null}
      </PageHead>
      <Loaded query={query}>
        {({ programmes }) => {
          if (programme) return <Body key={programme.id} programme={programme} />;
          return programmes.length > 0 ? <NotThere /> : <NoProgramme />;
        }}
      </Loaded>
    </>
  );
}
