import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { RuleCondition } from '@/api/types';
import { useWords } from '@/shared/use_words';
import { AddPart, Parts } from '../Parts';
import { PropertyName, useTypesOf } from './Pickers';
import { kindOfValue, kOps, valueAs, withOp, withValue, type Op, type ValueKind } from './value';
import { ValueInput } from './ValueInput';

interface OneProps {
  event: string;
  value: RuleCondition;
  onChange: (condition: RuleCondition) => void;
}

const kKinds: readonly ValueKind[] = ['text', 'number', 'yes_no'];

function One({ event, value: condition, onChange }: OneProps) {
  const { t } = useTranslation();
  const word = useWords();
  const typesOf = useTypesOf(event);
  const { property, op = 'eq', value } = condition;
  const kind = kindOfValue(value, typesOf(property));
  const free = op === 'eq' || op === 'ne' || op === 'in';
  return (
    <>
      <PropertyName
        event={event}
        value={property}
        onChange={(name) => onChange({ ...condition, property: name })}
      />
      <Select<Op>
        aria-label={t('ask.op')}
        popupMatchSelectWidth={false}
        value={op}
        onChange={(next) => onChange(withOp(condition, next))}
        options={kOps.map((one) => ({ value: one, label: word('rule_op', one) }))}
      />
      {free ? (
        <Select<ValueKind>
          aria-label={t('rule_form.value_kind')}
          popupMatchSelectWidth={false}
          value={kind}
          onChange={(next) => onChange(withValue(condition, valueAs(value, next) ?? kStart[next]))}
          options={kKinds
            .filter((one) => one !== 'yes_no' || op !== 'in')
            .map((one) => ({ value: one, label: word('value_kind', one) }))}
        />
      ) : null}
      {op === 'exists' ? null : (
        <ValueInput
          kind={free ? kind : 'number'}
          many={op === 'in'}
          value={value}
          onChange={(next) => onChange(withValue(condition, next))}
        />
      )}
    </>
  );
}

/** What a value of a kind begins as when the one before cannot become one. */
const kStart: Record<ValueKind, unknown> = { text: '', number: 0, yes_no: true };

interface Props {
  at: string;
  event: string;
  values: RuleCondition[];
  onChange: (conditions: RuleCondition[]) => void;
}

/** Conditions on the properties of an event; all of them must hold. */
export function ConditionsEditor({ at, event, values, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Parts
      nested
      at={at}
      values={values}
      onChange={onChange}
      removeLabel={() => t('ask.remove_condition')}
      add={
        <AddPart
          name={t('ask.condition')}
          onClick={() => onChange([...values, { property: '', op: 'eq' }])}
        />
      }
    >
      {(value, put) => <One event={event} value={value} onChange={put} />}
    </Parts>
  );
}
