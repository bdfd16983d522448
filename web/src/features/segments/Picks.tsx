// The small choices that the sentences of the builder are made of.
import { AutoComplete, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SegmentDuration } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { useWords, type WordKind } from '@/shared/use_words';
import { useEventNames, usePropertyNames } from './names';

interface PickProps<T extends string> {
  kind: WordKind;
  label: string;
  options: readonly T[];
  value: T;
  onChange: (value: T) => void;
}

/** One of a few words. */
export function WordPick<T extends string>({
  kind,
  label,
  options,
  value,
  onChange,
}: PickProps<T>) {
  const word = useWords();
  return (
    <Select<T>
      className="pick"
      size="small"
      aria-label={label}
      popupMatchSelectWidth={false}
      value={value}
      onChange={onChange}
      options={options.map((one) => ({ value: one, label: word(kind, one) }))}
    />
  );
}

export interface Choice {
  event?: string;
  any_event?: boolean;
}

const kAny = '*';

/** One event by name, or any. */
export function EventPick({ value, onChange }: { value: Choice; onChange: (to: Choice) => void }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const { data, isFetching } = useEventNames(search);
  const tracked = (data?.events ?? []).filter((one) => one.type === 'track' && one.name);
  const current = value.any_event ? kAny : value.event || null;
  const known = tracked.map((one) => one.name);
  const own = value.event && !known.includes(value.event) ? [value.event] : [];
  return (
    <Select<string>
      className="pick event"
      size="small"
      aria-label={t('ask.event')}
      placeholder={t('ask.choose_event')}
      popupMatchSelectWidth={280}
      showSearch
      filterOption={false}
      loading={isFetching}
      value={current}
      onSearch={setSearch}
      onChange={(name) => {
        setSearch('');
        onChange(name === kAny ? { any_event: true } : { event: name });
      }}
      notFoundContent={<span className="quiet">{t('ask.none_found')}</span>}
      options={[
        ...(search ? [] : [{ value: kAny, label: t('ask.any_event') }]),
        ...[...own, ...known].map((name) => ({ value: name, label: name })),
      ]}
    />
  );
}

interface PropertyProps {
  scope: 'event' | 'person';
  event?: string | undefined;
  value: string;
  onChange: (property: string) => void;
}

export function PropertyPick({ scope, event, value, onChange }: PropertyProps) {
  const { t } = useTranslation();
  const { data } = usePropertyNames(scope, event);
  return (
    <AutoComplete
      className="pick"
      size="small"
      style={{ minWidth: 120 }}
      aria-label={t('ask.property')}
      placeholder={t('ask.property')}
      popupMatchSelectWidth={240}
      value={value}
      onChange={(name: string) => onChange(name ?? '')}
      filterOption={(typed, option) => String(option?.value).includes(typed)}
      options={(data?.properties ?? []).map(({ name }) => ({ value: name }))}
    />
  );
}

const kUnits = ['minute', 'hour', 'day', 'week', 'month'] as const;

interface DurationProps {
  value: SegmentDuration;
  onChange: (value: SegmentDuration) => void;
  months?: boolean;
}

export function DurationPick({ value, onChange, months = true }: DurationProps) {
  const { t } = useTranslation();
  return (
    <>
      <NumberInput
        size="small"
        aria-label={t('ask.how_many')}
        min={1}
        precision={0}
        value={value.count}
        onChange={(count) => onChange({ ...value, count: count ?? 1 })}
        style={{ width: 64 }}
      />
      <WordPick
        kind="units"
        label={t('ask.unit')}
        options={months ? kUnits : kUnits.filter((unit) => unit !== 'month')}
        value={value.unit as (typeof kUnits)[number]}
        onChange={(unit) => onChange({ ...value, unit })}
      />
    </>
  );
}

/** Texts and numbers as they are typed: what reads as a number is one when numbers are wanted. */
export const typedValue = (text: string, numbers: boolean): string | number =>
  numbers && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
