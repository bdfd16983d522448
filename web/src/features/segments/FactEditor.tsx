import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { SegmentRule } from '@/api/types';
import { useFacts } from './names';
import { nameOfFact, wordOfFact } from './facts';
import { useSpeaker } from './use_speaker';
import { WordsPick } from './WordsPick';

type Fact = Extract<SegmentRule, { fact: unknown }>['fact'];

interface Props {
  value: Fact;
  onChange: (value: Fact) => void;
}

/** What is known of a person: a stage, a cell, a level in a programme, a hold-out. */
export function FactEditor({ value, onChange }: Props) {
  const { t } = useTranslation();
  const speaker = useSpeaker();
  const { data } = useFacts();
  const facts = data?.facts ?? [];
  const known = facts.some(({ name }) => name === value.name);
  return (
    <>
      <Select<string>
        className="pick"
        size="small"
        aria-label={t('segment.fact')}
        popupMatchSelectWidth={false}
        value={value.name}
        onChange={(name) => onChange({ name, is: [] })}
        options={[...facts.map(({ name }) => name), ...(known ? [] : [value.name])].map((name) => ({
          value: name,
          label: nameOfFact(speaker, name),
        }))}
      />
      <WordsPick
        value={value.is}
        onChange={(is) => onChange({ ...value, is })}
        options={(facts.find(({ name }) => name === value.name)?.words ?? []).map((one) => ({
          value: one,
          label: wordOfFact(speaker, value.name, one),
        }))}
      />
    </>
  );
}
