import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { download } from '@/shared/csv';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { ZonedPicker } from '@/shared/ZonedPicker';
import { FormRow } from './FormRow';
import { NameRow } from './NameRow';
import { Waits } from './Waits';
import { wordOf } from './word_of';

const kMostCards = 10_000;

/** Makes cards of one name and value; their codes come as a file, and are shown nowhere else. */
export function GiftCardForm({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [currency, setCurrency] = useState(programme.currencies[0]?.code ?? '');
  const [amount, setAmount] = useState(100);
  const [count, setCount] = useState(10);
  const [until, setUntil] = useState<string | null>(null);
  const make = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/gift-cards', {
          params: { path: { programme: programme.id } },
          body: { name, currency, amount, count, ...(until ? { claim_until: until } : {}) },
        }),
      ),
    onSuccess: (made) => {
      if ('codes' in made)
        download(`${wordOf(name)}.csv`, [[t('gift.code')], ...made.codes.map((code) => [code])]);
      return client.invalidateQueries({ queryKey: ['loyalty', programme.id] });
    },
  });
  const whole = (label: string, value: number, most: number, change: (next: number) => void) => (
    <FormRow name={label}>
      <NumberInput
        aria-label={label}
        min={1}
        max={most}
        precision={0}
        value={value}
        onChange={(next) => change(next ?? 1)}
      />
    </FormRow>
  );
  return (
    <>
      {make.isError ? <ProblemView error={make.error} /> : null}
      <Waits answer={make.data} />
      <NameRow value={name} change={setName} />
      <FormRow name={t('gift.currency')}>
        <Select
          aria-label={t('gift.currency')}
          value={currency}
          onChange={setCurrency}
          options={programme.currencies.map((one) => ({
            value: one.code,
            label: one.name ?? one.code,
          }))}
          style={{ minWidth: 200 }}
        />
      </FormRow>
      {whole(t('gift.amount'), amount, 1e12, setAmount)}
      {whole(t('gift.count'), count, kMostCards, setCount)}
      <FormRow name={t('gift.until')}>
        <ZonedPicker placeholder={t('gift.until')} value={until} onChange={setUntil} />
      </FormRow>
      <Button
        type="primary"
        disabled={!name.trim()}
        loading={make.isPending}
        onClick={() => make.mutate()}
      >
        {t('gift.make')}
      </Button>
    </>
  );
}
