import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { HoldOutPower } from '@/api/types';
import { FieldFault, Fields } from '@/shared/form/Fields';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { SaveButton } from '@/shared/form/SaveButton';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Labelled } from './Labelled';

const kScopes = ['global', 'campaigns', 'loyalty'] as const;
const kDays = 30;

/** What a hold-out of this size can show, before it begins. */
function Power({ power }: { power: HoldOutPower }) {
  const { t } = useTranslation();
  const format = useFormat();
  const values = {
    held: format.count(power.held_out),
    people: format.count(power.people),
    days: power.days,
    base: format.percent(power.base_rate, 1),
    points: power.detectable === null ? '–' : format.points(power.detectable, 2).replace('+', ''),
  };
  return (
    <Alert
      type={power.weak ? 'warning' : 'info'}
      showIcon
      message={t(power.detectable === null ? 'hold_out.power_none' : 'hold_out.power', values)}
      description={power.weak ? t('hold_out.weak') : undefined}
    />
  );
}

export function NewHoldOut() {
  const { t } = useTranslation();
  const word = useWords();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [percent, setPercent] = useState(5);
  const [scope, setScope] = useState<(typeof kScopes)[number]>('global');
  const power = useQuery({
    queryKey: ['hold-out-power', percent],
    queryFn: () => must(api.POST('/v1/hold-outs/power', { body: { percent, days: kDays } })),
    placeholderData: keepPreviousData,
  });
  const create = useMutation({
    mutationFn: () => must(api.POST('/v1/hold-outs', { body: { name, percent, scope } })),
    onSuccess: () => {
      setName('');
      void client.invalidateQueries({ queryKey: ['hold-outs'] });
    },
  });
  return (
    <Section title={t('hold_out.new')}>
      <Fields faults={name.trim() ? {} : { name: 'needed' }} error={create.error}>
        <div className="row" style={{ flexWrap: 'wrap', marginBottom: 12, alignItems: 'start' }}>
          <div>
            <Input
              aria-label={t('proof.name')}
              placeholder={t('hold_out.name_example')}
              value={name}
              maxLength={120}
              onChange={(event) => setName(event.target.value)}
              style={{ width: 260 }}
            />
            <FieldFault at="name" />
          </div>
          <div>
            <Labelled unit="%">
              <NeededNumber
                aria-label={t('hold_out.percent')}
                min={0.1}
                max={90}
                value={percent}
                onChange={setPercent}
                style={{ width: 80 }}
              />
            </Labelled>
            <FieldFault at="percent" />
          </div>
          <div>
            <Select
              aria-label={t('hold_out.scope')}
              value={scope}
              onChange={setScope}
              options={kScopes.map((value) => ({ value, label: word('hold_out_scope', value) }))}
              style={{ minWidth: 200 }}
            />
            <FieldFault at="scope" />
          </div>
          <SaveButton
            save={create}
            ask={{
              title: t('hold_out.start_ask', { n: power.data?.held_out ?? 0 }),
              what: t(`hold_out.start_what_${scope}`),
            }}
          >
            {t('hold_out.start')}
          </SaveButton>
        </div>
      </Fields>
      {power.data ? <Power power={power.data} /> : null}
    </Section>
  );
}
