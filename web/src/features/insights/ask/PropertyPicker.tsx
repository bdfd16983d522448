import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EventChoice } from '@/api/types';
import { ClearIcon } from '@/shared/ClearIcon';
import { useWords } from '@/shared/use_words';
import { Counted } from './Counted';
import { usePropertyNames, type Scope } from './names';

interface Props {
  value: string | undefined;
  onChange: (property: string | undefined) => void;
  scope?: Scope;
  /** Whose properties come first; any property can be typed. */
  event?: EventChoice | undefined;
  label?: string;
  clearable?: boolean;
}

export function PropertyPicker({
  value,
  onChange,
  scope = 'event',
  event,
  label,
  clearable = false,
}: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const [search, setSearch] = useState('');
  const { data, isFetching } = usePropertyNames(event, scope, search);
  const found = (data?.properties ?? []).map((one) => ({
    name: one.name,
    n: one.count,
    kind: one.types.map((type) => word('property_type', type)).join('/'),
  }));
  const own = [value ?? '', search].filter(
    (name, i, all) => name && all.indexOf(name) === i && !found.some((one) => one.name === name),
  );
  return (
    <Select<string>
      className="pick"
      aria-label={label ?? t('ask.property')}
      placeholder={label ?? t('ask.property')}
      popupMatchSelectWidth={280}
      showSearch
      allowClear={clearable ? { clearIcon: <ClearIcon /> } : false}
      filterOption={false}
      loading={isFetching}
      value={value || null}
      onSearch={setSearch}
      onChange={(name: string | undefined) => {
        setSearch('');
        onChange(name);
      }}
      notFoundContent={<span className="quiet">{t('ask.none_found')}</span>}
      optionLabelProp="value"
      options={[
        ...found.map(({ name, n, kind }) => ({
          value: name,
          label: <Counted name={name} n={n} kind={kind} />,
        })),
        ...own.map((name) => ({ value: name, label: <Counted name={name} /> })),
      ]}
    />
  );
}
