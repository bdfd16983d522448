import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme, Reward, RewardDraft } from '@/api/types';
import { MoneyInput } from '@/shared/form/MoneyInput';
import type { Faults } from '@/shared/form/faults';
import { Fields } from '@/shared/form/Fields';
import { SaveButton } from '@/shared/form/SaveButton';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { EveryPick } from './EveryPick';
import { FormRow } from './FormRow';
import { NameRow } from './NameRow';
import { NumberRow } from './NumberRow';
import { RewardProduct } from './RewardProduct';
import { RewardTerms } from './RewardTerms';
import { faultsOfThing } from './thing_faults';
import { useBatchOptions } from './use_batches';
import { useNewWord } from './use_new_word';

const kKinds = ['goods', 'coupon', 'benefit'] as const;

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
  const newWord = useNewWord();
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
  const batches = useBatchOptions(programme.id);
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/loyalty/programmes/{programme}/rewards/{reward}', {
          params: { path: { programme: programme.id, reward: reward?.id ?? newWord(draft.name) } },
          body: draft,
        }),
      ),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['loyalty', programme.id, 'rewards'] });
      onDone?.(saved.id);
    },
  });
  const faults: Faults = {
    ...faultsOfThing(draft),
    ...(draft.kind === 'coupon' && !draft.batch ? { batch: 'needed' } : {}),
  };
  return (
    <Fields faults={faults} error={save.error}>
      <NameRow value={draft.name} change={(name) => change({ name })} />
      <FormRow name={t('reward.description')} at="description">
        <Input.TextArea
          aria-label={t('reward.description')}
          maxLength={600}
          autoSize
          value={draft.description ?? ''}
          onChange={({ target }) => change({ description: target.value })}
          style={{ width: 460 }}
        />
      </FormRow>
      <FormRow name={t('reward.kind')} at="batch">
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
            options={batches}
            style={{ minWidth: 200 }}
          />
        ) : null}
      </FormRow>
      <RewardProduct value={draft.product ?? ''} change={(product) => change({ product })} />
      <NumberRow
        name={t('reward.points')}
        at="points"
        value={draft.points}
        onChange={(points) => change({ points })}
      />
      <FormRow name={t('reward.money_minor', { currency: format.currency })} at="money_minor">
        <MoneyInput
          suffix={null}
          aria-label={t('reward.money_minor', { currency: format.currency })}
          none={t('reward.no_money')}
          value={draft.money_minor}
          onChange={(money_minor) => change({ money_minor })}
        />
      </FormRow>
      <NumberRow
        name={t('reward.stock')}
        at="stock"
        none={t('reward.any_number')}
        value={draft.stock}
        onChange={(stock) => change({ stock })}
      />
      <NumberRow
        name={t('reward.per_person')}
        at="per_person"
        none={t('reward.any_number')}
        value={draft.per_person}
        onChange={(per_person) => change({ per_person })}
      >
        <EveryPick value={draft.every ?? 'total'} onChange={(every) => change({ every })} />
      </NumberRow>
      <RewardTerms programme={programme} draft={draft} change={change} />
      <SaveButton save={save}>{t('do.save')}</SaveButton>
    </Fields>
  );
}
