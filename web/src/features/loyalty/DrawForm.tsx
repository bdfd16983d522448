import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Draw, DrawDraft, Programme } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { FormRow } from './FormRow';
import { NameRow } from './NameRow';
import { sumOf } from './odds';
import { PrizesTable } from './PrizesTable';
import { ValidRow } from './ValidRow';
import { wordOf } from './word_of';

const kEvery = ['day', 'week', 'month', 'total'] as const;

interface Props {
  programme: Programme;
  draw?: Draw;
  onDone?: (id: string) => void;
}

/** What a play costs, how often one may, and the prizes with their odds. */
export function DrawForm({ programme, draw, onDone }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const client = useQueryClient();
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
          params: { path: { programme: programme.id, draw: draw?.id ?? wordOf(draft.name) } },
          body: draft,
        }),
      ),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['loyalty', programme.id, 'draws'] });
      onDone?.(saved.id);
    },
  });
  const whole = (field: 'price' | 'per_person' | 'budget') => (
    <FormRow name={t(`draw.${field}`)}>
      <NumberInput
        aria-label={t(`draw.${field}`)}
        min={0}
        precision={0}
        value={draft[field] ?? 0}
        onChange={(next) => change({ [field]: next ?? 0 })}
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
      {field === 'price' ? null : <span className="quiet">{t('draw.zero_any')}</span>}
    </FormRow>
  );
  // What was played by stays as it was shown.
  const fixed = (draw?.plays ?? 0) > 0;
  const odds = sumOf(draft.prizes);
  const named = draft.prizes.every(({ name }) => name.trim());
  return (
    <>
      {save.isError ? <ProblemView error={save.error} /> : null}
      <NameRow value={draft.name} change={(name) => change({ name })} />
      {fixed ? (
        <p className="quiet">{t('draw.fixed')}</p>
      ) : (
        <>
          {whole('price')}
          {whole('per_person')}
          {whole('budget')}
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
      <Button
        type="primary"
        disabled={!draft.name.trim() || !draft.from || !draft.to || !odds.all || !named}
        loading={save.isPending}
        onClick={() => save.mutate()}
      >
        {t('do.save')}
      </Button>
    </>
  );
}
