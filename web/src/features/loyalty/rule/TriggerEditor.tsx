import { Radio, Select } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { LoyaltyRule, RuleTask } from '@/api/types';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { useWords } from '@/shared/use_words';
import { FieldFault } from '@/shared/form/Fields';
import { FormRow } from '../FormRow';
import { AddPart, Parts } from '../Parts';
import { ConditionsEditor } from './ConditionsEditor';
import { EventName, PropertyName } from './Pickers';
import { isMission, withTrigger } from './rule_draft';

const kEvery = ['day', 'week', 'month', 'total'] as const;

interface Props {
  value: LoyaltyRule;
  onChange: (rule: LoyaltyRule) => void;
}

function Tasks({ value, onChange }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const tasks = value.tasks ?? [];
  const put = (next: RuleTask[]) => onChange({ ...value, tasks: next });
  return (
    <>
      <Parts
        at="tasks"
        numbered
        values={tasks}
        onChange={(next) => put(next.length > 0 ? next : [{ event: '', times: 1 }])}
        removeLabel={(i) => t('rule_form.remove_task', { n: i + 1 })}
        add={
          <AddPart
            name={t('rule_form.task')}
            onClick={() => put([...tasks, { event: '', times: 1 }])}
          />
        }
      >
        {(task, set, i) => (
          <div style={{ width: '100%' }}>
            <div className="row">
              <EventName
                label={t('rule_form.task_event', { n: i + 1 })}
                value={task.event}
                onChange={(event) => set({ ...task, event })}
              />
              <NeededNumber
                aria-label={t('rule_form.task_times', { n: i + 1 })}
                min={1}
                max={100_000}
                precision={0}
                style={{ width: 80 }}
                value={task.times ?? 1}
                onChange={(times) => set({ ...task, times })}
              />
              <span className="quiet">{t('rule_form.times')}</span>
            </div>
            <ConditionsEditor
              at={`tasks.${i}.when`}
              event={task.event}
              values={task.when ?? []}
              onChange={(when) => set({ ...task, when })}
            />
          </div>
        )}
      </Parts>
      <FormRow name={t('rule_form.mission_every')}>
        <Select
          aria-label={t('rule_form.mission_every')}
          value={value.mission_every ?? 'total'}
          onChange={(mission_every) => onChange({ ...value, mission_every })}
          options={kEvery.map((one) => ({ value: one, label: word('mission_every', one) }))}
          style={{ minWidth: 160 }}
        />
      </FormRow>
    </>
  );
}

/** What sets a rule off: an event, or several tasks that are all done. */
export function TriggerEditor({ value, onChange }: Props) {
  const { t } = useTranslation();
  const mission = isMission(value);
  const other = useRef<LoyaltyRule>(undefined);
  // Looking at the other way loses nothing of this one.
  const turn = (next: boolean) => {
    onChange(withTrigger(value, next, other.current));
    other.current = value;
  };
  const event = value.event ?? '';
  return (
    <>
      <Radio.Group
        aria-label={t('rule_form.trigger')}
        value={mission}
        onChange={({ target }) => turn(target.value as boolean)}
        style={{ marginBottom: 10 }}
      >
        <Radio value={false}>{t('rule_form.by_event')}</Radio>
        <Radio value={true}>{t('rule_form.by_tasks')}</Radio>
      </Radio.Group>
      {mission ? (
        <Tasks value={value} onChange={onChange} />
      ) : (
        <>
          <FormRow name={t('rule_form.event')}>
            <EventName
              label={t('rule_form.event')}
              value={event}
              onChange={(name) => onChange({ ...value, event: name })}
            />
          </FormRow>
          <ConditionsEditor
            at="when"
            event={event}
            values={value.when ?? []}
            onChange={(when) => onChange({ ...value, when })}
          />
          <FormRow name={t('rule_form.once_per')} at="once_per" hint={t('rule_form.once_hint')}>
            <PropertyName
              event={event}
              label={t('rule_form.once_per')}
              value={value.once_per ?? ''}
              onChange={(once_per) => onChange({ ...value, once_per })}
            />
          </FormRow>
        </>
      )}
      <FieldFault at="event" />
    </>
  );
}
