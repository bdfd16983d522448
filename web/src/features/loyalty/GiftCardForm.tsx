import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { download } from '@/shared/csv';
import { Fields } from '@/shared/form/Fields';
import { SaveButton } from '@/shared/form/SaveButton';
import { ZonedPicker } from '@/shared/ZonedPicker';
import { FormRow } from './FormRow';
import { NameRow } from './NameRow';
import { NumberRow } from './NumberRow';
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
      setName(''); // the same cards are not made again by one more click
      return client.invalidateQueries({ queryKey: ['loyalty', programme.id] });
    },
  });
  return (
    <Fields faults={name.trim() ? {} : { name: 'needed' }} error={make.error}>
      <Waits answer={make.data} />
      <NameRow value={name} change={setName} />
      <FormRow name={t('gift.currency')} at="currency">
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
      <NumberRow
        name={t('gift.amount')}
        at="amount"
        min={1}
        max={1e12}
        value={amount}
        onChange={setAmount}
      />
      <NumberRow
        name={t('gift.count')}
        at="count"
        min={1}
        max={kMostCards}
        value={count}
        onChange={setCount}
      />
      <FormRow name={t('gift.until')} at="claim_until">
        <ZonedPicker placeholder={t('gift.until')} value={until} onChange={setUntil} />
      </FormRow>
      <SaveButton save={make}>{t('gift.make')}</SaveButton>
    </Fields>
  );
}
