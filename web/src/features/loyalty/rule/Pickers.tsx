import { AutoComplete } from 'antd';
import { useTranslation } from 'react-i18next';
import { useEventNames, usePropertyNames } from '@/shared/use_event_names';

interface EventProps {
  label: string;
  value: string;
  onChange: (event: string) => void;
}

/** The name of an event: one that was seen, or one that is still to come. */
export function EventName({ label, value, onChange }: EventProps) {
  const { data } = useEventNames('');
  const names = (data?.events ?? []).filter(({ type, name }) => type === 'track' && name);
  return (
    <AutoComplete
      style={{ width: 240 }}
      aria-label={label}
      placeholder={label}
      maxLength={200}
      value={value}
      onChange={(name: string) => onChange(name ?? '')}
      filterOption={(typed, option) =>
        String(option?.value).toLowerCase().includes(typed.toLowerCase())
      }
      options={names.map(({ name }) => ({ value: name }))}
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

/** A property of an event (also "a.b" and "a[].b"), or a trait of people. */
export function PropertyName({ scope = 'event', event, label, value, onChange }: PropertyProps) {
  const { t } = useTranslation();
  const { data } = usePropertyNames(scope, event);
  return (
    <AutoComplete
      style={{ width: 170 }}
      aria-label={label ?? t('ask.property')}
      placeholder={t('ask.property')}
      maxLength={200}
      popupMatchSelectWidth={240}
      value={value}
      onChange={(property: string) => onChange(property ?? '')}
      filterOption={(typed, option) =>
        String(option?.value).toLowerCase().includes(typed.toLowerCase())
      }
      options={(data?.properties ?? []).map((one) => ({ value: one.name }))}
    />
  );
}

/** The types that a property was seen with. */
export function useTypesOf(event: string | undefined): (property: string) => readonly string[] {
  const { data } = usePropertyNames('event', event);
  return (property) => data?.properties.find(({ name }) => name === property)?.types ?? [];
}
