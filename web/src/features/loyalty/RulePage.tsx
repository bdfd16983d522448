import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { api, must } from '@/api/client';
import type { LoyaltyRule, Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Fields } from '@/shared/form/Fields';
import { SaveButton } from '@/shared/form/SaveButton';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { DryRunView } from './DryRunView';
import { ForProgramme } from './ForProgramme';
import './loyalty.css';
import { ProgrammeSwitch } from './programme/ProgrammeSwitch';
import { NewRule } from './rule/NewRule';
import { faultsOfRule } from './rule/rule_faults';
import { RuleForm } from './RuleForm';
import { useProgramme } from './use_programme';
import { useWholeRule } from './use_rule_sentence';
import { useNewWord } from './use_new_word';

/** What a rule that has no id yet is called while it is tried on the past. */
const kTried = 'tried';

interface EditorProps {
  rule: LoyaltyRule;
  programme: Programme;
  /** What a new rule is called by, if it is free. */
  id?: string;
}

function Editor({ rule, programme, id }: EditorProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const whole = useWholeRule(programme);
  const mayWrite = useRight('loyalty.write');
  // The next version counts from now on unless somebody says otherwise; what was earned stays.
  const [draft, setDraft] = useState<LoyaltyRule>({ ...rule, from: null });
  const newWord = useNewWord();
  const save = useMutation({
    mutationFn: () => {
      const name = rule.id || id || newWord(draft.name);
      return must(
        api.PUT('/v1/loyalty/programmes/{programme}/rules/{rule}', {
          params: { path: { programme: programme.id, rule: name } },
          body: { ...draft, id: name },
        }),
      );
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['loyalty'] });
      void navigate(`/loyalty?programme=${programme.id}`);
    },
  });
  const head = (
    <>
      <PageHead title={rule.id ? rule.name : t('rule_form.new')} lead={programme.name}>
        {mayWrite ? (
          <SaveButton save={save}>
            {rule.id ? t('loyalty.save_version', { version: rule.version + 1 }) : t('do.save')}
          </SaveButton>
        ) : null}
      </PageHead>
      <p className="in-words">{whole(draft)}</p>
    </>
  );
  return (
    <Fields faults={faultsOfRule(draft)} error={save.error} head={head}>
      <div className="beside">
        <div>
          <RuleForm programme={programme} value={draft} onChange={setDraft} />
        </div>
        <aside>
          <Section title={t('loyalty.dry_run')}>
            <DryRunView
              programme={programme}
              change={{ rules: [{ ...draft, id: draft.id || id || kTried }] }}
            />
          </Section>
        </aside>
      </div>
    </Fields>
  );
}

function Body({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const { id } = useParams();
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'rules'],
    refetchOnWindowFocus: false,
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/rules', {
          params: { path: { programme: programme.id } },
        }),
      ),
  });
  return (
    <Loaded query={query} title={t('loyalty.rule')}>
      {({ rules }) => {
        if (id === undefined)
          return (
            <NewRule programme={programme} taken={rules.map((one) => one.id)}>
              {(rule, free) => (
                <Editor rule={rule} programme={programme} {...(free ? { id: free } : {})} />
              )}
            </NewRule>
          );
        const rule = rules.find((one) => one.id === id);
        if (!rule)
          return (
            <>
              <PageHead title={t('loyalty.rule')} lead={programme.name} />
              <Empty
                title={t('loyalty.no_rule')}
                action={
                  <LinkButton to={`/loyalty?programme=${programme.id}`}>
                    {programme.name}
                  </LinkButton>
                }
              />
            </>
          );
        return <Editor key={rule.version} rule={rule} programme={programme} />;
      }}
    </Loaded>
  );
}

export default function RulePage() {
  const { t } = useTranslation();
  const { programme } = useProgramme();
  return (
    <>
      {programme ? null : (
        <PageHead title={t('loyalty.rule')}>
          <ProgrammeSwitch />
        </PageHead>
      )}
      <ForProgramme>{(one) => <Body programme={one} />}</ForProgramme>
    </>
  );
}
