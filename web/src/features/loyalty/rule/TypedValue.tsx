import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useWords } from '@/shared/use_words';
import { kindOfValue, valueAs, type ValueKind } from './value';
import { ValueInput } from './ValueInput';

const kKinds: readonly ValueKind[] = ['text', 'number', 'yes_no'];
const kAny = 'any';

interface Props {
  value: unknown;
  /** The types that what it is compared with was seen with. */
  types: readonly string[];
  /** One of several values instead of one. */
  many?: boolean;
  /** How it is read aloud, when not just as a value. */
  label?: string;
  /** What the choice of no value at all is called, where there need not be one. */
  none?: string;
  onChange: (value: unknown) => void;
}

/** A value with its type, for "7" and 7 are not equal; of a new one the type that was seen. */
export function TypedValue({ value, types, many = false, label, none: noneSaid, onChange }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const [chosen, setChosen] = useState<ValueKind | null>(null);
  const none = value === undefined || value === null || (Array.isArray(value) && !value.length);
  const kind = (none || value === '') && chosen ? chosen : kindOfValue(value, types);
  const free = noneSaid !== undefined && none && chosen === null;
  const choose = (next: ValueKind | typeof kAny) => {
    setChosen(next === kAny ? null : next);
    const begin = {
      yes_no: true,
      text: noneSaid === undefined ? undefined : '',
      number: undefined,
    };
    onChange(next === kAny ? undefined : (valueAs(value, next) ?? (many ? [] : begin[next])));
  };
  const kinds = kKinds.filter((one) => one !== 'yes_no' || !many);
  return (
    <>
      <Select<ValueKind | typeof kAny>
        aria-label={label ? `${label}: ${t('rule_form.value_kind')}` : t('rule_form.value_kind')}
        popupMatchSelectWidth={false}
        value={free ? kAny : kind}
        onChange={choose}
        options={[
          ...(noneSaid === undefined ? [] : [{ value: kAny as typeof kAny, label: noneSaid }]),
          ...kinds.map((one) => ({ value: one, label: word('value_kind', one) })),
        ]}
      />
      {free ? null : (
        <ValueInput
          kind={kind}
          many={many}
          {...(label ? { label } : {})}
          value={value}
          onChange={(next) => {
            setChosen(kind);
            onChange(next);
          }}
        />
      )}
    </>
  );
}
