import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { api, must } from '@/api/client';
import type { LoyaltyRule, Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { DryRunView } from './DryRunView';
import { RuleForm } from './RuleForm';
import { useProgramme } from './use_programme';
import { useRuleSentence } from './use_rule_sentence';

function Editor({ rule, programme }: { rule: LoyaltyRule; programme: Programme }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const sentence = useRuleSentence();
  const mayWrite = useRight('loyalty.write');
  const [draft, setDraft] = useState(rule);
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/loyalty/programmes/{programme}/rules/{rule}', {
          params: { path: { programme: programme.id, rule: rule.id } },
          // The next version counts from now on; what was earned stays.
          body: { ...draft, from: null },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['loyalty'] });
      void navigate(`/loyalty?programme=${programme.id}`);
    },
  });
  return (
    <>
      <PageHead title={rule.name} lead={sentence(draft)}>
        {mayWrite ? (
          <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>
            {t('loyalty.save_version', { version: rule.version + 1 })}
          </Button>
        ) : null}
      </PageHead>
      {save.isError ? <ProblemView error={save.error} /> : null}
      <div className="grid2">
        <RuleForm value={draft} onChange={setDraft} />
        <Section title={t('loyalty.dry_run')}>
          <DryRunView programme={programme} change={{ rules: [draft] }} />
        </Section>
      </div>
    </>
  );
}

export default function RulePage() {
  const { t } = useTranslation();
  const { id } = useParams();
  const { programme } = useProgramme();
  const query = useQuery({
    queryKey: ['loyalty', programme?.id, 'rules'],
    enabled: programme !== undefined,
    refetchOnWindowFocus: false,
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/rules', {
          params: { path: { programme: programme?.id ?? '' } },
        }),
      ),
  });
  return (
    <Loaded query={query} title={t('loyalty.rule')}>
      {({ rules }) => {
        const rule = rules.find((one) => one.id === id);
        if (!rule || !programme) return <Empty title={t('loyalty.no_rule')} />;
        return <Editor key={rule.version} rule={rule} programme={programme} />;
      }}
    </Loaded>
  );
}
