import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api, must } from '@/api/client';
import type { Programme, ProgrammeDraft } from '@/api/types';
import { FieldFault, Fields } from '@/shared/form/Fields';
import { SaveButton } from '@/shared/form/SaveButton';
import { useKeys } from '@/shared/form/use_keys';
import { LinkButton } from '@/shared/LinkButton';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import '../loyalty.css';
import { AddPart } from '../Parts';
import { ClosedMonths } from './ClosedMonths';
import { CurrencyForm } from './CurrencyForm';
import { faultsOfProgramme, isSaved, kMostCurrencies, newCurrency } from './programme_draft';
import { ProgrammeSwitch } from './ProgrammeSwitch';
import { ProgrammeTerms } from './ProgrammeTerms';

interface Props {
  /** The programme as it was read; none of a new one. */
  programme?: Programme;
  begin: ProgrammeDraft;
  /** The ids of all programmes. */
  taken: readonly string[];
}

/** Everything that is said of a programme but its rules and levels. */
export function ProgrammeForm({ programme, begin, taken }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const client = useQueryClient();
  const format = useFormat();
  const mayWrite = useRight('loyalty.write');
  const [draft, setDraft] = useState(begin);
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/loyalty/programmes/{programme}', {
          params: { path: { programme: draft.id ?? '' } },
          body: draft,
        }),
      ),
    onSuccess: async ({ id, limit_waits: limit, currencies_wait: worth }) => {
      await client.invalidateQueries({ queryKey: ['loyalty'] });
      if (worth) void message.warning(t('approval.currencies_wait'));
      else if (limit)
        void message.warning(t('approval.limit_waits', { limit: format.count(limit) }));
      else void message.success(t('settings.saved'));
      void navigate(`/loyalty?programme=${id}`);
    },
  });
  const { currencies } = draft;
  const { keys, removed } = useKeys(currencies.length);
  const head = (
    <PageHead
      title={t(programme ? 'programme.title' : 'programme.new')}
      lead={programme?.name ?? t('programme.new_lead')}
    >
      {programme ? (
        <>
          <ProgrammeSwitch />
          <LinkButton to="/loyalty/settings?programme=new">{t('programme.another')}</LinkButton>
        </>
      ) : null}
      {mayWrite ? <SaveButton save={save}>{t('do.save')}</SaveButton> : null}
    </PageHead>
  );
  return (
    <Fields faults={faultsOfProgramme(draft, taken)} error={save.error} head={head}>
      <div className="grid2">
        <Section title={t('programme.terms')}>
          <ProgrammeTerms
            saved={programme !== undefined}
            closed={Boolean(programme?.closed_until)}
            value={draft}
            onChange={setDraft}
          />
          {programme ? <ClosedMonths programme={programme} /> : null}
        </Section>
        <Section title={t('programme.currencies')}>
          {currencies.map((one, i) => (
            <CurrencyForm
              key={keys[i]}
              at={`currencies.${i}`}
              first={i === 0}
              saved={isSaved(programme, one.code) && i < (programme?.currencies.length ?? 0)}
              value={one}
              onChange={(next) =>
                setDraft({
                  ...draft,
                  currencies: currencies.map((old, k) => (k === i ? next : old)),
                })
              }
              onRemove={() => {
                removed(i);
                setDraft({ ...draft, currencies: currencies.filter((_, k) => k !== i) });
              }}
            />
          ))}
          <FieldFault at="currencies" />
          {currencies.length < kMostCurrencies ? (
            <AddPart
              name={t('programme.currency')}
              onClick={() =>
                setDraft({ ...draft, currencies: [...currencies, newCurrency(currencies)] })
              }
            />
          ) : null}
        </Section>
      </div>
    </Fields>
  );
}
