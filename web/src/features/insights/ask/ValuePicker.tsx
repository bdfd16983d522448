import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConditionTest, EventChoice } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { Counted } from './Counted';
import { usePropertyTypes, usePropertyValues, type Scope } from './names';
import { takesNumber, takesValue, typed, valuesOf, withValues } from './test_value';

interface Props {
  test: ConditionTest;
  onChange: (test: ConditionTest) => void;
  scope: Scope;
  event?: EventChoice | undefined;
}

function NumberValue({ test, onChange }: Props) {
  const { t } = useTranslation();
  const values = valuesOf(test);
  const at = (i: number) => (typeof values[i] === 'number' ? (values[i] as number) : null);
  const put = (i: number, value: number | null) => {
    const next = [...values];
    next[i] = (value ?? '') as number;
    onChange(withValues(test, next));
  };
  return (
    <>
      <NumberInput
        aria-label={t('ask.value')}
        value={at(0)}
        onChange={(value) => put(0, value)}
        style={{ width: 90 }}
      />
      {test.op === 'between' ? (
        <>
          <span>–</span>
          <NumberInput
            aria-label={t('ask.value_to')}
            value={at(1)}
            onChange={(value) => put(1, value)}
            style={{ width: 90 }}
          />
        </>
      ) : null}
    </>
  );
}

function TextValue({ test, onChange, scope, event }: Props) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const types = usePropertyTypes(event, scope, test.property);
  const { data, isFetching } = usePropertyValues(event, scope, test.property, search);
  return (
    <Select<string[]>
      className="pick values"
      mode="tags"
      aria-label={t('ask.value')}
      placeholder={t('ask.value')}
      popupMatchSelectWidth={260}
      filterOption={false}
      loading={isFetching}
      value={valuesOf(test).map(String)}
      onSearch={setSearch}
      onChange={(values) => {
        setSearch('');
        onChange(
          withValues(
            test,
            values.map((value) => typed(value, types)),
          ),
        );
      }}
      optionLabelProp="value"
      options={(data?.values ?? []).map(({ value, count }) => ({
        value,
        label: <Counted name={value} n={count} />,
      }))}
    />
  );
}

/** The value that a property is compared with. */
export function ValuePicker(props: Props) {
  if (!takesValue(props.test.op)) return null;
  return takesNumber(props.test.op) ? <NumberValue {...props} /> : <TextValue {...props} />;
}
