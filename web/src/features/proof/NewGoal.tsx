import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Goal } from '@/api/types';
import type { GoalReads } from '@/api/value_types';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useNow } from '@/shared/use_now';
import { useWords } from '@/shared/use_words';
import { inPoints, isRate, isSaid, kGoalMeasures } from './goal';
import { GoalExtras } from './GoalExtras';
import { Labelled } from './Labelled';

/** The month `months` after the one of an ISO day. */
function monthAfter(day: string, months: number): string {
  const [year = 2000, month = 1] = day.split('-').map(Number);
  const index = year * 12 + month - 1 + months;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
}

function unitOf(measure: Goal['measure']) {
  if (measure === 'nps') return 'goal.points_nps';
  return isRate(measure) ? 'goal.points_more' : 'goal.percent_more';
}

export function NewGoal() {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const client = useQueryClient();
  const today = format.isoDay(useNow());
  const [name, setName] = useState('');
  const [owner, setOwner] = useState('');
  const [measure, setMeasure] = useState<Goal['measure']>('retention_rate');
  const [more, setMore] = useState(3);
  const [from, setFrom] = useState(monthAfter(today, 0));
  const [to, setTo] = useState(monthAfter(today, 11));
  const [reads, setReads] = useState<GoalReads>({
    events: [],
    score: '',
    kind_property: 'kind',
    kind: 'nps',
  });
  const [holdOut, setHoldOut] = useState('');
  const points = inPoints(measure);
  const create = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/goals', {
          body: {
            name,
            owner,
            measure,
            aim: points ? 'points' : 'share',
            amount: points && !isRate(measure) ? more : more / 100,
            base: null,
            from,
            to,
            reads: isSaid(measure) ? reads : null,
            hold_out: holdOut || null,
          },
        }),
      ),
    onSuccess: () => {
      setName('');
      void client.invalidateQueries({ queryKey: ['goals'] });
    },
  });
  const text = (label: string, value: string, set: (next: string) => void, width: number) => (
    <Input
      aria-label={label}
      placeholder={label}
      value={value}
      maxLength={120}
      onChange={(event) => set(event.target.value)}
      style={{ width }}
    />
  );
  return (
    <Section title={t('goal.new')}>
      {create.isError ? <ProblemView error={create.error} /> : null}
      <div className="row" style={{ flexWrap: 'wrap' }}>
        {text(t('proof.name'), name, setName, 200)}
        <Select
          aria-label={t('insight.measure')}
          value={measure}
          onChange={setMeasure}
          options={kGoalMeasures.map((value) => ({ value, label: word('goal_measure', value) }))}
          style={{ minWidth: 190 }}
        />
        <Labelled unit={t(unitOf(measure))}>
          <NumberInput
            aria-label={t('goal.change')}
            min={-100}
            max={1000}
            value={more}
            onChange={(next) => setMore(next ?? 0)}
            style={{ width: 80 }}
          />
        </Labelled>
        {text(t('goal.from'), from, setFrom, 100)}
        {text(t('goal.to'), to, setTo, 100)}
        {text(t('goal.owner'), owner, setOwner, 140)}
        <Button
          type="primary"
          disabled={!name.trim()}
          loading={create.isPending}
          onClick={() => create.mutate()}
        >
          {t('goal.add')}
        </Button>
      </div>
      <GoalExtras {...{ measure, reads, setReads, holdOut, setHoldOut }} />
      <p className="quiet small" style={{ margin: '8px 0 0' }}>
        {t('goal.base_is')} {t('goal.usual')}
      </p>
    </Section>
  );
}
