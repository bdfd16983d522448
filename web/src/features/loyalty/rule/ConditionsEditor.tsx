import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { RuleCondition } from '@/api/types';
import { useWords } from '@/shared/use_words';
import { AddPart, Parts } from '../Parts';
import { PropertyName, useTypesOf } from './Pickers';
import { TypedValue } from './TypedValue';
import { kOps, withOp, withValue, type Op } from './value';
import { ValueInput } from './ValueInput';

interface OneProps {
  event: string;
  value: RuleCondition;
  onChange: (condition: RuleCondition) => void;
}

function One({ event, value: condition, onChange }: OneProps) {
  const { t } = useTranslation();
  const word = useWords();
  const { property, op = 'eq', value } = condition;
  const types = useTypesOf('event', event, property);
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
      {op === 'eq' || op === 'ne' || op === 'in' ? (
        <TypedValue
          types={types}
          many={op === 'in'}
          value={value}
          onChange={(next) => onChange(withValue(condition, next))}
        />
      ) : null}
      {op === 'gte' || op === 'lte' ? (
        <ValueInput
          kind="number"
          many={false}
          value={value}
          onChange={(next) => onChange(withValue(condition, next))}
        />
      ) : null}
    </>
  );
}

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
