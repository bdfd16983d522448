import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Input, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { PriceRule, PriceRuleDraft, Programme } from '@/api/types';
import { minorDigits } from '@/shared/format';
import { MoneyInput } from '@/shared/form/MoneyInput';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { Fields } from '@/shared/form/Fields';
import { SaveButton } from '@/shared/form/SaveButton';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { CartLists } from './CartLists';
import { FormRow } from './FormRow';
import { NameRow } from './NameRow';
import { useLevels } from './use_levels';
import { faultsOfThing } from './thing_faults';
import { ValidRow } from './ValidRow';
import { useNewWord } from './use_new_word';

interface Props {
  programme: Programme;
  rule?: PriceRule;
  onDone?: (id: string) => void;
}

/** What comes off which lines of a cart, and for whom: all that is said here must hold. */
export function PriceRuleForm({ programme, rule, onDone }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const client = useQueryClient();
  const newWord = useNewWord();
  const unit = 10 ** minorDigits(format.currency);
  const [draft, setDraft] = useState<PriceRuleDraft>(
    rule ?? { name: '', kind: 'percent', percent: 10, from: '', to: '', revision: 0 },
  );
  const change = (part: Partial<PriceRuleDraft>) => setDraft({ ...draft, ...part });
  const levels = useLevels(programme.id);
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/loyalty/programmes/{programme}/price-rules/{rule}', {
          params: { path: { programme: programme.id, rule: rule?.id ?? newWord(draft.name) } },
          body: draft,
        }),
      ),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['loyalty', programme.id, 'price-rules'] });
      onDone?.(saved.id);
    },
  });
  const percent = draft.kind === 'percent';
  const off = t(`price.${draft.kind}`, { currency: format.currency });
  return (
    <Fields faults={faultsOfThing(draft)} error={save.error}>
      <NameRow value={draft.name} change={(name) => change({ name })} />
      <FormRow name={t('price.off')} at={percent ? 'percent' : 'amount_minor'}>
        <Select
          aria-label={t('price.off')}
          value={draft.kind}
          onChange={(kind) => change({ kind, percent: 10, amount_minor: unit })}
          options={(['percent', 'fixed'] as const).map((value) => ({
            value,
            label: word('coupon_kind', value),
          }))}
          style={{ minWidth: 130 }}
        />
        {percent ? (
          <NeededNumber
            aria-label={off}
            min={1}
            max={100}
            precision={0}
            value={draft.percent}
            onChange={(next) => change({ percent: next })}
          />
        ) : (
          <MoneyInput
            suffix={null}
            aria-label={off}
            min={1}
            max={1e10}
            value={draft.amount_minor}
            onChange={(amount_minor) => change({ amount_minor })}
          />
        )}
        <span className="quiet">{off}</span>
      </FormRow>
      <FormRow name={t('price.levels')} at="levels">
        <Select
          mode="multiple"
          aria-label={t('price.levels')}
          placeholder={t('price.everybody')}
          value={draft.levels ?? []}
          onChange={(next: string[]) => change({ levels: next })}
          options={levels.data?.levels.map(({ code, name }) => ({ value: code, label: name }))}
          style={{ minWidth: 320 }}
        />
      </FormRow>
      <FormRow name={t('price.set')} at="set">
        <Input
          aria-label={t('price.set')}
          placeholder={t('price.set_hint')}
          maxLength={200}
          value={draft.set ?? ''}
          onChange={({ target }) => change({ set: target.value.trim() })}
          style={{ width: 320 }}
        />
      </FormRow>
      <FormRow name={t('price.people')} at="people">
        <Select
          mode="tags"
          aria-label={t('price.people')}
          placeholder={t('price.everybody')}
          value={(draft.people ?? []).map(String)}
          onChange={(next: string[]) =>
            change({ people: next.map(Number).filter((one) => Number.isInteger(one) && one > 0) })
          }
          open={false}
          suffixIcon={null}
          style={{ minWidth: 320 }}
        />
      </FormRow>
      <FormRow name={t('price.birthday')} at="birthday">
        <Select
          aria-label={t('price.birthday')}
          value={draft.birthday ?? ''}
          onChange={(birthday) => change({ birthday })}
          options={(['', 'day', 'month'] as const).map((value) => ({
            value,
            label: t(`price.birthday_${value || 'any'}`),
          }))}
          style={{ minWidth: 180 }}
        />
      </FormRow>
      <ValidRow value={draft} change={change} />
      <CartLists draft={draft} change={change} />
      <FormRow name={t('loyalty.enabled')}>
        <Switch
          aria-label={t('loyalty.enabled')}
          checked={draft.enabled ?? true}
          onChange={(enabled) => change({ enabled })}
        />
      </FormRow>
      <SaveButton save={save}>{t('do.save')}</SaveButton>
    </Fields>
  );
}
