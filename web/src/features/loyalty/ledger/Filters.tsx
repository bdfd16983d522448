import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LedgerActor } from '@/api/ledger_types';
import type { Programme } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { useWords } from '@/shared/use_words';
import { ZonedPicker } from '@/shared/ZonedPicker';
import { FormRow } from '../FormRow';
import { kKinds, type LedgerSearch } from './search';

interface Props {
  programme: Programme;
  actors: readonly LedgerActor[];
  begin: LedgerSearch;
  search: (search: LedgerSearch) => void;
}

/** What is looked for; everything that is given must hold. */
export function Filters({ programme, actors, begin, search }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const [draft, setDraft] = useState(begin);
  const set = (part: { [name in keyof LedgerSearch]: LedgerSearch[name] | null | undefined }) => {
    const next: Record<string, unknown> = { ...draft, ...part };
    for (const [name, value] of Object.entries(next))
      if (value === null || value === undefined || value === '') delete next[name];
    setDraft(next as LedgerSearch);
  };
  return (
    <form
      className="ledger-search"
      aria-label={t('ledger.search')}
      onSubmit={(event) => {
        event.preventDefault();
        search(draft);
      }}
    >
      <FormRow name={t('ledger.kinds')}>
        <Select
          mode="multiple"
          aria-label={t('ledger.kinds')}
          placeholder={t('ledger.all_kinds')}
          value={draft.kind?.split(',') ?? []}
          onChange={(kinds) => set({ kind: kinds.join(',') })}
          options={kKinds.map((value) => ({ value, label: word('posting_kind', value) }))}
          style={{ minWidth: 240 }}
        />
        <Select
          aria-label={t('loyalty.currency')}
          value={draft.currency ?? ''}
          onChange={(currency) => set({ currency })}
          options={[
            { value: '', label: t('ledger.all_currencies') },
            ...programme.currencies.map(({ code, name }) => ({ value: code, label: name })),
          ]}
          style={{ minWidth: 140 }}
        />
      </FormRow>
      <FormRow name={t('ledger.when')}>
        <ZonedPicker
          placeholder={t('ledger.from')}
          value={draft.from}
          onChange={(from) => set({ from })}
        />
        <ZonedPicker placeholder={t('ledger.to')} value={draft.to} onChange={(to) => set({ to })} />
      </FormRow>
      <FormRow name={t('ledger.about')}>
        <NumberInput
          aria-label={t('ledger.person')}
          placeholder={t('ledger.person')}
          min={1}
          precision={0}
          value={draft.person ?? null}
          onChange={(person) => set({ person })}
        />
        <Input
          aria-label={t('ledger.reference')}
          placeholder={t('ledger.reference')}
          maxLength={200}
          value={draft.reference ?? ''}
          onChange={({ target }) => set({ reference: target.value })}
          style={{ width: 200 }}
        />
        <Input
          aria-label={t('loyalty.rule')}
          placeholder={t('loyalty.rule')}
          maxLength={200}
          value={draft.rule ?? ''}
          onChange={({ target }) => set({ rule: target.value })}
          style={{ width: 140 }}
        />
        <Select
          aria-label={t('ledger.by')}
          value={draft.by ?? ''}
          onChange={(by) => set({ by })}
          options={[
            { value: '', label: t('ledger.by_anybody') },
            ...actors.map(({ id, name }) => ({ value: id, label: name || id })),
          ]}
          style={{ minWidth: 140 }}
        />
      </FormRow>
      <FormRow name={t('ledger.amount')}>
        <NumberInput
          aria-label={t('ledger.min')}
          placeholder={t('ledger.min')}
          min={0}
          precision={0}
          value={draft.min ?? null}
          onChange={(min) => set({ min })}
        />
        <NumberInput
          aria-label={t('ledger.max')}
          placeholder={t('ledger.max')}
          min={0}
          precision={0}
          value={draft.max ?? null}
          onChange={(max) => set({ max })}
        />
        <Button type="primary" htmlType="submit">
          {t('do.search')}
        </Button>
        <Button
          onClick={() => {
            setDraft({});
            search({});
          }}
        >
          {t('do.clear_filters')}
        </Button>
      </FormRow>
    </form>
  );
}
