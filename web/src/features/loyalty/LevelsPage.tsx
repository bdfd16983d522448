import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api, must } from '@/api/client';
import type { Levels, LoyaltyLevel, Programme } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { NumberInput } from '@/shared/NumberInput';
import { PageHead } from '@/shared/PageHead';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { DryRunView } from './DryRunView';
import { useProgramme } from './use_programme';

function Form({ levels, programme }: { levels: Levels; programme: Programme }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [draft, setDraft] = useState(levels);
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/loyalty/programmes/{programme}/levels', {
          params: { path: { programme: programme.id } },
          body: draft,
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['loyalty'] });
      void navigate(`/loyalty?programme=${programme.id}`);
    },
  });
  const change = (at: number, part: Partial<LoyaltyLevel>) =>
    setDraft({
      ...draft,
      levels: draft.levels.map((one, i) => (i === at ? { ...one, ...part } : one)),
    });
  const whole = [
    ['validity_months', 120],
    ['grace_days', 366],
  ] as const;
  return (
    <>
      {save.isError ? <ProblemView error={save.error} /> : null}
      <div className="scroll-x">
        <table className="plain">
          <thead>
            <tr>
              <th>{t('loyalty.level')}</th>
              <th>{t('loyalty.reach')}</th>
              <th>{t('loyalty.keep')}</th>
              <th>{t('loyalty.multiplier_percent')}</th>
            </tr>
          </thead>
          <tbody>
            {draft.levels.map((level, i) => (
              <tr key={level.code}>
                <td>{level.name}</td>
                <td>
                  <NumberInput
                    aria-label={`${level.name}: ${t('loyalty.reach')}`}
                    min={0}
                    precision={0}
                    disabled={i === 0}
                    value={level.threshold ?? 0}
                    onChange={(next) => change(i, { threshold: next ?? 0 })}
                  />
                </td>
                <td>
                  <NumberInput
                    aria-label={`${level.name}: ${t('loyalty.keep')}`}
                    min={0}
                    precision={0}
                    disabled={i === 0}
                    placeholder={t('loyalty.keep_same')}
                    value={(level.keep_threshold ?? -1) < 0 ? null : (level.keep_threshold ?? null)}
                    onChange={(next) => change(i, { keep_threshold: next ?? -1 })}
                  />
                </td>
                <td>
                  <NumberInput
                    aria-label={`${level.name}: ${t('loyalty.multiplier_percent')}`}
                    min={0}
                    precision={0}
                    value={level.multiplier_percent ?? 100}
                    onChange={(next) => change(i, { multiplier_percent: next ?? 100 })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="row" style={{ flexWrap: 'wrap', margin: '16px 0' }}>
        {whole.map(([field, most]) => (
          <label key={field} className="row">
            <span>{t(`loyalty.${field}`)}</span>
            <NumberInput
              min={0}
              max={most}
              precision={0}
              value={draft[field] ?? 0}
              onChange={(next) => setDraft({ ...draft, [field]: next ?? 0 })}
            />
          </label>
        ))}
      </div>
      <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>
        {t('do.save')}
      </Button>
      <p className="quiet">{t('loyalty.levels_again')}</p>
      <Section title={t('loyalty.dry_run')}>
        <DryRunView programme={programme} change={{ levels: draft }} />
      </Section>
    </>
  );
}

export default function LevelsPage() {
  const { t } = useTranslation();
  const { query, programme } = useProgramme();
  const levels = useQuery({
    queryKey: ['loyalty', programme?.id, 'levels'],
    enabled: programme !== undefined,
    refetchOnWindowFocus: false,
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/levels', {
          params: { path: { programme: programme?.id ?? '' } },
        }),
      ),
  });
  return (
    <>
      <PageHead title={t('loyalty.levels')} lead={programme?.name} />
      {query.isError ? <ProblemView error={query.error} /> : null}
      <Loaded query={levels}>
        {(found) =>
          programme ? <Form key={found.revision} levels={found} programme={programme} /> : null
        }
      </Loaded>
    </>
  );
}
