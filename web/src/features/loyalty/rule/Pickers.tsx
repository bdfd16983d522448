import { AutoComplete } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEventNames, usePropertyNames } from '@/shared/use_event_names';
import { useWords } from '@/shared/use_words';

interface NameProps {
  label: string;
  placeholder: string;
  width: number;
  value: string;
  /** What was found for the text that was typed; of each a word about it. */
  options: readonly { name: string; said?: string }[];
  /** The text that is looked for: what is typed, until something is chosen. */
  search: (text: string) => void;
  onChange: (name: string) => void;
}

/** A name that is known, or one that is still to come. */
function Name({ label, placeholder, width, value, options, search, onChange }: NameProps) {
  return (
    <AutoComplete
      style={{ width }}
      aria-label={label}
      placeholder={placeholder}
      maxLength={200}
      popupMatchSelectWidth={280}
      value={value}
      onSearch={search}
      onSelect={() => search('')}
      onBlur={() => search('')}
      onChange={(name: string) => onChange(name ?? '')}
      options={options.map(({ name, said }) => ({
        value: name,
        label: said ? (
          <span className="row">
            <span className="grow">{name}</span>
            <span className="quiet small">{said}</span>
          </span>
        ) : (
          name
        ),
      }))}
    />
  );
}

interface EventProps {
  label: string;
  value: string;
  onChange: (event: string) => void;
}

/** The name of an event: one that was seen, or one that is still to come. */
export function EventName({ label, value, onChange }: EventProps) {
  const [search, setSearch] = useState('');
  const { data } = useEventNames(search);
  const names = (data?.events ?? []).filter(({ type, name }) => type === 'track' && name);
  return (
    <Name
      label={label}
      placeholder={label}
      width={240}
      value={value}
      options={names}
      search={setSearch}
      onChange={onChange}
    />
  );
}

interface PropertyProps {
  scope?: 'event' | 'person';
  event?: string;
  label?: string;
  value: string;
  onChange: (property: string) => void;
}

/** A property of an event (also "a.b" and "a[].b"), or a trait of people, with its types. */
export function PropertyName({ scope = 'event', event, label, value, onChange }: PropertyProps) {
  const { t } = useTranslation();
  const word = useWords();
  const [search, setSearch] = useState('');
  const { data } = usePropertyNames(scope, event, search);
  return (
    <Name
      label={label ?? t('ask.property')}
      placeholder={t('ask.property')}
      width={170}
      value={value}
      options={(data?.properties ?? []).map(({ name, types }) => ({
        name,
        said: types.map((type) => word('property_type', type)).join(' / '),
      }))}
      search={setSearch}
      onChange={onChange}
    />
  );
}

/** The types that a property was seen with; of one of many its name is looked for. */
export function useTypesOf(
  scope: 'event' | 'person',
  event: string | undefined,
  property: string,
): readonly string[] {
  const { data } = usePropertyNames(scope, event, property);
  return data?.properties.find(({ name }) => name === property)?.types ?? [];
}
