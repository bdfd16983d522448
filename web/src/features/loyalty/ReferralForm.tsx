import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Input, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme, ReferralTerms } from '@/api/types';
import { Fields } from '@/shared/form/Fields';
import { MoneyInput } from '@/shared/form/MoneyInput';
import { SaveButton } from '@/shared/form/SaveButton';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { DryRunView } from './DryRunView';
import { EveryPick } from './EveryPick';
import { FormRow } from './FormRow';
import { NumberRow } from './NumberRow';
import { kTexts, referralFaults } from './referral_faults';
import { ReferralReward } from './ReferralReward';

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
  const text = (field: (typeof kTexts)[number] | 'link', hint = '') => (
    <FormRow name={t(`referral.${field}`)} at={field}>
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
  const days = (field: 'within_days' | 'delay_days') => (
    <NumberRow
      name={t(`referral.${field}`)}
      at={field}
      max={3650}
      value={draft[field] ?? 0}
      onChange={(next) => change({ [field]: next })}
    />
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
    <Fields faults={referralFaults(draft)} error={save.error}>
      {onOff('enabled')}
      {text('claim_event')}
      {text('code_property')}
      {text('event')}
      <FormRow name={money} at="min_minor">
        <MoneyInput
          suffix={null}
          aria-label={money}
          none={t('coupon.any_cart')}
          value={draft.min_minor}
          onChange={(min_minor) => change({ min_minor })}
        />
      </FormRow>
      {days('within_days')}
      {days('delay_days')}
      {onOff('new_only')}
      <FormRow name={t('referral.traits')} at="traits">
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
      <NumberRow
        name={t('referral.max_times')}
        at="max_times"
        max={1e12}
        none={t('reward.any_number')}
        value={draft.max_times}
        onChange={(max_times) => change({ max_times })}
      >
        <EveryPick value={draft.every ?? 'month'} onChange={(every) => change({ every })} />
      </NumberRow>
      {(['referrer', 'friend'] as const).map((side) => (
        <ReferralReward
          key={side}
          at={side}
          programme={programme}
          name={t(`referral.${side}`)}
          reward={draft[side] ?? {}}
          change={(reward) => change({ [side]: reward })}
        />
      ))}
      {text('link', t('referral.link_hint'))}
      <SaveButton save={save}>{t('referral.save', { n: (terms.revision ?? 0) + 1 })}</SaveButton>
      <Section title={t('loyalty.dry_run')}>
        <DryRunView programme={programme} change={{ referral: draft }} />
      </Section>
    </Fields>
  );
}
