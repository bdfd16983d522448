import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme, ReferralTerms } from '@/api/types';
import { minorDigits } from '@/shared/format';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { DryRunView } from './DryRunView';
import { FormRow } from './FormRow';
import { ReferralReward } from './ReferralReward';

const kEvery = ['day', 'week', 'month', 'total'] as const;

interface Props {
  programme: Programme;
  terms: ReferralTerms;
}

/** Who is rewarded by what, with what, and how often. Saving makes a version from now on. */
export function ReferralForm({ programme, terms }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const client = useQueryClient();
  const unit = 10 ** minorDigits(format.currency);
  const [draft, setDraft] = useState<ReferralTerms>({
    ...terms,
    enabled: terms.revision ? (terms.enabled ?? true) : true,
  });
  const change = (part: Partial<ReferralTerms>) => setDraft({ ...draft, ...part });
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/loyalty/programmes/{programme}/referral', {
          params: { path: { programme: programme.id } },
          body: { ...draft, from: null },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['loyalty', programme.id] }),
  });
  const text = (field: 'claim_event' | 'code_property' | 'event' | 'link', hint = '') => (
    <FormRow name={t(`referral.${field}`)}>
      <Input
        aria-label={t(`referral.${field}`)}
        maxLength={field === 'link' ? 500 : 200}
        placeholder={hint}
        value={draft[field] ?? ''}
        onChange={({ target }) => change({ [field]: target.value })}
        style={{ width: field === 'link' ? 420 : 240 }}
      />
      {hint ? <span className="quiet">{hint}</span> : null}
    </FormRow>
  );
  const whole = (field: 'within_days' | 'delay_days' | 'max_times', most: number) => (
    <FormRow name={t(`referral.${field}`)}>
      <NumberInput
        aria-label={t(`referral.${field}`)}
        min={0}
        max={most}
        precision={0}
        value={draft[field] ?? 0}
        onChange={(next) => change({ [field]: next ?? 0 })}
      />
      {field === 'max_times' ? (
        <Select
          aria-label={t('loyalty.cap_every')}
          value={draft.every ?? 'month'}
          onChange={(every) => change({ every })}
          options={kEvery.map((value) => ({ value, label: word('cap_every', value) }))}
          style={{ minWidth: 110 }}
        />
      ) : null}
    </FormRow>
  );
  const onOff = (field: 'enabled' | 'new_only') => (
    <FormRow name={t(`referral.${field}`)}>
      <Switch
        aria-label={t(`referral.${field}`)}
        checked={draft[field] ?? true}
        onChange={(on) => change({ [field]: on })}
      />
    </FormRow>
  );
  const money = t('referral.min_minor', { currency: format.currency });
  return (
    <>
      {save.isError ? <ProblemView error={save.error} /> : null}
      {onOff('enabled')}
      {text('claim_event')}
      {text('code_property')}
      {text('event')}
      <FormRow name={money}>
        <NumberInput
          aria-label={money}
          min={0}
          value={(draft.min_minor ?? 0) / unit}
          onChange={(next) => change({ min_minor: Math.round((next ?? 0) * unit) })}
        />
      </FormRow>
      {whole('within_days', 3650)}
      {whole('delay_days', 3650)}
      {onOff('new_only')}
      <FormRow name={t('referral.traits')}>
        <Select
          mode="tags"
          aria-label={t('referral.traits')}
          value={draft.traits ?? []}
          onChange={(traits: string[]) => change({ traits })}
          options={['address', 'card_hash'].map((value) => ({
            value,
            label: word('referral_mark', value),
          }))}
          style={{ minWidth: 300 }}
        />
      </FormRow>
      {whole('max_times', 1e12)}
      {(['referrer', 'friend'] as const).map((side) => (
        <ReferralReward
          key={side}
          programme={programme}
          name={t(`referral.${side}`)}
          reward={draft[side] ?? {}}
          change={(reward) => change({ [side]: reward })}
        />
      ))}
      {text('link', t('referral.link_hint'))}
      <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>
        {t('referral.save', { n: (terms.revision ?? 0) + 1 })}
      </Button>
      <Section title={t('loyalty.dry_run')}>
        <DryRunView programme={programme} change={{ referral: draft }} />
      </Section>
    </>
  );
}
