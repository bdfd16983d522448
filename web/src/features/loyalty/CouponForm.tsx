import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { CouponBatch, CouponBatchDraft, Programme } from '@/api/types';
import { MoneyInput } from '@/shared/form/MoneyInput';
import { Fields } from '@/shared/form/Fields';
import { SaveButton } from '@/shared/form/SaveButton';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { FormRow } from './FormRow';
import { CouponScope } from './CouponScope';
import { NameRow } from './NameRow';
import { NumberRow } from './NumberRow';
import { faultsOfThing } from './thing_faults';
import { ValidRow } from './ValidRow';
import { useNewWord } from './use_new_word';

const kKinds = ['fixed', 'percent', 'free_shipping'] as const;

interface Props {
  programme: Programme;
  batch?: CouponBatch;
  onDone?: (id: string) => void;
}

/** The terms of a batch of coupons; a shared code stays what it is once it is there. */
export function CouponForm({ programme, batch, onDone }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const client = useQueryClient();
  const newWord = useNewWord();
  const [draft, setDraft] = useState<CouponBatchDraft>(
    batch ?? { name: '', kind: 'fixed', amount_minor: 1000, from: '', to: '', revision: 0 },
  );
  const change = (part: Partial<CouponBatchDraft>) => setDraft({ ...draft, ...part });
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/loyalty/programmes/{programme}/coupons/{batch}', {
          params: { path: { programme: programme.id, batch: batch?.id ?? newWord(draft.name) } },
          body: draft,
        }),
      ),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['loyalty', programme.id, 'coupons'] });
      onDone?.(saved.id);
    },
  });
  const money = (field: 'amount_minor' | 'max_minor' | 'min_spend_minor', none?: string) => (
    <FormRow name={t(`coupon.${field}`, { currency: format.currency })} at={field}>
      <MoneyInput
        suffix={null}
        aria-label={t(`coupon.${field}`, { currency: format.currency })}
        min={none === undefined ? 1 : 0}
        {...(none === undefined ? {} : { none })}
        value={draft[field]}
        onChange={(next) => change({ [field]: next })}
      />
    </FormRow>
  );
  const limit = (field: 'max_uses' | 'per_person') => (
    <NumberRow
      name={t(`coupon.${field}`)}
      at={field}
      max={1e12}
      none={t('reward.any_number')}
      value={draft[field]}
      onChange={(next) => change({ [field]: next })}
    />
  );
  return (
    <Fields faults={faultsOfThing(draft)} error={save.error}>
      <NameRow value={draft.name} change={(name) => change({ name })} />
      <FormRow name={t('coupon.worth')}>
        <Select
          aria-label={t('coupon.worth')}
          value={draft.kind}
          onChange={(kind) => change({ kind })}
          options={kKinds.map((value) => ({ value, label: word('coupon_kind', value) }))}
          style={{ minWidth: 160 }}
        />
      </FormRow>
      {draft.kind === 'fixed' ? money('amount_minor') : null}
      {draft.kind === 'percent' ? (
        <>
          <NumberRow
            name={t('coupon.percent')}
            at="percent"
            min={1}
            max={100}
            suffix="%"
            value={draft.percent || undefined}
            onChange={(percent) => change({ percent })}
          />
          {money('max_minor', t('reward.any_number'))}
        </>
      ) : null}
      {money('min_spend_minor', t('coupon.any_cart'))}
      <ValidRow value={draft} change={change} />
      <FormRow name={t('coupon.shared_code')} at="shared_code">
        <Input
          aria-label={t('coupon.shared_code')}
          placeholder={t('coupon.unique')}
          maxLength={40}
          disabled={batch !== undefined}
          value={draft.shared_code ?? ''}
          onChange={({ target }) => change({ shared_code: target.value })}
          style={{ width: 300 }}
        />
      </FormRow>
      {draft.shared_code ? limit('max_uses') : null}
      {limit('per_person')}
      <CouponScope draft={draft} change={change} />
      <SaveButton save={save}>{t('do.save')}</SaveButton>
    </Fields>
  );
}
