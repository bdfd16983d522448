import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Draw, DrawDraft, Programme } from '@/api/types';
import { FieldFault, Fields } from '@/shared/form/Fields';
import { SaveButton } from '@/shared/form/SaveButton';
import { useFormat } from '@/shared/use_format';
import { EveryPick } from './EveryPick';
import { FormRow } from './FormRow';
import { NameRow } from './NameRow';
import { NumberRow } from './NumberRow';
import { faultsOfPrizes, sumOf } from './odds';
import { PrizesTable } from './PrizesTable';
import { faultsOfThing } from './thing_faults';
import { ValidRow } from './ValidRow';
import { useNewWord } from './use_new_word';

interface Props {
  programme: Programme;
  draw?: Draw;
  onDone?: (id: string) => void;
}

/** What a play costs, how often one may, and the prizes with their odds. */
export function DrawForm({ programme, draw, onDone }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const newWord = useNewWord();
  const [draft, setDraft] = useState<DrawDraft>(
    draw ?? {
      name: '',
      price: 0,
      per_person: 1,
      every: 'day',
      from: '',
      to: '',
      enabled: true,
      revision: 0,
      prizes: [
        { id: 'points', name: '', kind: 'points', points: 10, odds_ppm: 100_000 },
        { id: 'nothing', name: t('words.prize_kind.nothing'), kind: 'nothing', odds_ppm: 900_000 },
      ],
    },
  );
  const change = (part: Partial<DrawDraft>) => setDraft({ ...draft, ...part });
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/loyalty/programmes/{programme}/draws/{draw}', {
          params: { path: { programme: programme.id, draw: draw?.id ?? newWord(draft.name) } },
          body: draft,
        }),
      ),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['loyalty', programme.id, 'draws'] });
      onDone?.(saved.id);
    },
  });
  // What was played by stays as it was shown.
  const fixed = (draw?.plays ?? 0) > 0;
  const odds = sumOf(draft.prizes);
  return (
    <Fields
      faults={{ ...faultsOfThing(draft), ...faultsOfPrizes(draft.prizes) }}
      error={save.error}
    >
      <NameRow value={draft.name} change={(name) => change({ name })} />
      {fixed ? (
        <p className="quiet">{t('draw.fixed')}</p>
      ) : (
        <>
          <NumberRow
            name={t('draw.price')}
            at="price"
            value={draft.price ?? 0}
            onChange={(price) => change({ price })}
          />
          <NumberRow
            name={t('draw.per_person')}
            at="per_person"
            none={t('reward.any_number')}
            value={draft.per_person}
            onChange={(per_person) => change({ per_person })}
          >
            <EveryPick value={draft.every ?? 'total'} onChange={(every) => change({ every })} />
          </NumberRow>
          <NumberRow
            name={t('draw.budget')}
            at="budget"
            none={t('reward.any_number')}
            value={draft.budget}
            onChange={(budget) => change({ budget })}
          />
          <ValidRow value={draft} change={change} />
        </>
      )}
      <FormRow name={t('draw.open')}>
        <Switch
          aria-label={t('draw.open')}
          checked={draft.enabled ?? true}
          onChange={(enabled) => change({ enabled })}
        />
      </FormRow>
      {fixed ? null : (
        <PrizesTable
          programme={programme}
          prizes={draft.prizes}
          change={(prizes) => change({ prizes })}
        />
      )}
      {odds.all ? null : (
        <p role="status">{t('draw.sum', { sum: format.count(odds.percent, 4) })}</p>
      )}
      <FieldFault at="prizes" />
      <SaveButton save={save} style={{ marginTop: 16 }}>
        {t('do.save')}
      </SaveButton>
    </Fields>
  );
}
