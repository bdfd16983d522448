import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { CouponBatch, CouponBatchDraft, Programme } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { FormRow } from './FormRow';
import { CouponScope } from './CouponScope';
import { NameRow } from './NameRow';
import { ValidRow } from './ValidRow';
import { wordOf } from './word_of';

const kKinds = ['fixed', 'percent', 'free_shipping'] as const;
const kMinor = 100;

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
  const [draft, setDraft] = useState<CouponBatchDraft>(
    batch ?? { name: '', kind: 'fixed', amount_minor: 1000, from: '', to: '', revision: 0 },
  );
  const change = (part: Partial<CouponBatchDraft>) => setDraft({ ...draft, ...part });
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/loyalty/programmes/{programme}/coupons/{batch}', {
          params: { path: { programme: programme.id, batch: batch?.id ?? wordOf(draft.name) } },
          body: draft,
        }),
      ),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['loyalty', programme.id, 'coupons'] });
      onDone?.(saved.id);
    },
  });
  const money = (field: 'amount_minor' | 'max_minor' | 'min_spend_minor', least: number) => (
    <FormRow name={t(`coupon.${field}`, { currency: format.currency })}>
      <NumberInput
        aria-label={t(`coupon.${field}`, { currency: format.currency })}
        min={least}
        precision={2}
        value={(draft[field] ?? 0) / kMinor}
        onChange={(next) => change({ [field]: Math.round((next ?? 0) * kMinor) })}
      />
    </FormRow>
  );
  const whole = (field: 'percent' | 'max_uses' | 'per_person', least: number, most: number) => (
    <FormRow name={t(`coupon.${field}`)}>
      <NumberInput
        aria-label={t(`coupon.${field}`)}
        min={least}
        max={most}
        precision={0}
        value={draft[field] ?? least}
        onChange={(next) => change({ [field]: next ?? least })}
      />
    </FormRow>
  );
  return (
    <>
      {save.isError ? <ProblemView error={save.error} /> : null}
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
      {draft.kind === 'fixed' ? money('amount_minor', 0.01) : null}
      {draft.kind === 'percent' ? (
        <>
          {whole('percent', 1, 100)}
          {money('max_minor', 0)}
        </>
      ) : null}
      {money('min_spend_minor', 0)}
      <ValidRow value={draft} change={change} />
      <FormRow name={t('coupon.shared_code')}>
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
      {draft.shared_code ? whole('max_uses', 0, 1e12) : null}
      {whole('per_person', 0, 1e12)}
      <CouponScope draft={draft} change={change} />
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
