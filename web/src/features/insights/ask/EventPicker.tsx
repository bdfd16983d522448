import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EventChoice } from '@/api/types';
import { useWords } from '@/shared/use_words';
import { Counted } from './Counted';
import { useEventNames } from './names';
import { choiceOf, keyOf } from './selector';

interface Props {
  value: EventChoice;
  onChange: (choice: EventChoice) => void;
  label?: string;
}

/** Chooses one event, or any; the most frequent come first, typing looks for others. */
export function EventPicker({ value, onChange, label }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const [search, setSearch] = useState('');
  const { data, isFetching } = useEventNames(search);
  const nameOf = (key: string): string => {
    const { any_event: whichever, event, type } = choiceOf(key);
    if (whichever)
      return type ? `${t('ask.any_event')} (${word('event_type', type)})` : t('ask.any_event');
    return event ?? word('event_type', type ?? 'track');
  };
  const current = keyOf(value);
  const found = (data?.events ?? []).map((one) => ({
    key: keyOf({ event: one.name || undefined, type: one.type === 'track' ? undefined : one.type }),
    n: one.count,
    kind: one.type === 'track' || !one.name ? undefined : word('event_type', one.type),
  }));
  const listed = [
    ...(search ? [] : [{ key: 'any', n: undefined, kind: undefined }]),
    ...(current && current !== 'any' && !search && !found.some(({ key }) => key === current)
      ? [{ key: current, n: undefined, kind: undefined }]
      : []),
    ...found,
  ];
  return (
    <Select<string>
      className="pick event"
      aria-label={label ?? t('ask.event')}
      placeholder={t('ask.choose_event')}
      popupMatchSelectWidth={300}
      showSearch
      filterOption={false}
      loading={isFetching}
      value={current || null}
      onSearch={setSearch}
      onChange={(key) => {
        setSearch('');
        onChange(choiceOf(key));
      }}
      notFoundContent={<span className="quiet">{t('ask.none_found')}</span>}
      optionLabelProp="title"
      options={listed.map(({ key, n, kind }) => ({
        value: key,
        title: nameOf(key),
        label: <Counted name={nameOf(key)} {...(n === undefined ? {} : { n })} kind={kind ?? ''} />,
      }))}
    />
  );
}
