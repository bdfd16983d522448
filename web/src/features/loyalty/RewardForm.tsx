import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme, Reward, RewardDraft } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { FormRow } from './FormRow';
import { NameRow } from './NameRow';
import { RewardProduct } from './RewardProduct';
import { RewardTerms } from './RewardTerms';
import { wordOf } from './word_of';

const kKinds = ['goods', 'coupon', 'benefit'] as const;
const kEvery = ['total', 'month', 'week', 'day'] as const;
const kMinor = 100;

interface Props {
  programme: Programme;
  reward?: Reward;
  onDone?: (id: string) => void;
}

/** A reward of the points mall: what it is, its price, and who may take how many when. */
export function RewardForm({ programme, reward, onDone }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const client = useQueryClient();
  const params = { path: { programme: programme.id } };
  const [draft, setDraft] = useState<RewardDraft>(
    reward ?? {
      name: '',
      kind: 'goods',
      points: 100,
      every: 'total',
      from: '',
      to: '',
      enabled: true,
      revision: 0,
    },
  );
  const change = (part: Partial<RewardDraft>) => setDraft({ ...draft, ...part });
  const batches = useQuery({
    queryKey: ['loyalty', programme.id, 'coupons'],
    queryFn: () => must(api.GET('/v1/loyalty/programmes/{programme}/coupons', { params })),
  });
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/loyalty/programmes/{programme}/rewards/{reward}', {
          params: { path: { programme: programme.id, reward: reward?.id ?? wordOf(draft.name) } },
          body: draft,
        }),
      ),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['loyalty', programme.id, 'rewards'] });
      onDone?.(saved.id);
    },
  });
  const number = (
    field: 'points' | 'stock' | 'per_person' | 'money_minor',
    unit = 1,
    hint?: string,
  ) => (
    <FormRow name={t(`reward.${field}`, { currency: format.currency })}>
      <NumberInput
        aria-label={t(`reward.${field}`, { currency: format.currency })}
        min={0}
        precision={unit === 1 ? 0 : 2}
        value={(draft[field] ?? 0) / unit}
        onChange={(next) => change({ [field]: Math.round((next ?? 0) * unit) })}
      />
      {field === 'per_person' ? (
        <Select
          aria-label={t('loyalty.cap_every')}
          value={draft.every ?? 'total'}
          onChange={(every) => change({ every })}
          options={kEvery.map((value) => ({ value, label: word('cap_every', value) }))}
          style={{ minWidth: 110 }}
        />
      ) : null}
      {hint ? <span className="quiet">{hint}</span> : null}
    </FormRow>
  );
  return (
    <>
      {save.isError ? <ProblemView error={save.error} /> : null}
      <NameRow value={draft.name} change={(name) => change({ name })} />
      <FormRow name={t('reward.description')}>
        <Input.TextArea
          aria-label={t('reward.description')}
          maxLength={600}
          autoSize
          value={draft.description ?? ''}
          onChange={({ target }) => change({ description: target.value })}
          style={{ width: 460 }}
        />
      </FormRow>
      <FormRow name={t('reward.kind')}>
        <Select
          aria-label={t('reward.kind')}
          value={draft.kind}
          onChange={(kind) => change({ kind })}
          options={kKinds.map((value) => ({ value, label: word('reward_kind', value) }))}
          style={{ minWidth: 160 }}
        />
        {draft.kind === 'coupon' ? (
          <Select
            aria-label={t('coupon.batch')}
            placeholder={t('coupon.batch')}
            value={draft.batch ?? null}
            onChange={(batch) => change({ batch })}
            options={(batches.data?.batches ?? [])
              .filter(({ shared_code }) => !shared_code)
              .map(({ id, name }) => ({ value: id, label: name }))}
            style={{ minWidth: 200 }}
          />
        ) : null}
      </FormRow>
      <RewardProduct value={draft.product ?? ''} change={(product) => change({ product })} />
      {number('points')}
      {number('money_minor', kMinor)}
      {number('stock', 1, t('reward.zero_any'))}
      {number('per_person', 1, t('reward.zero_any'))}
      <RewardTerms programme={programme} draft={draft} change={change} />
      <Button
        type="primary"
        disabled={!draft.name.trim() || !draft.from || !draft.to}
        loading={save.isPending}
        onClick={() => save.mutate()}
      >
        {t('do.save')}
      </Button>
    </>
  );
}
