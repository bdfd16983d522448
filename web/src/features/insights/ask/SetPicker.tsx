import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { kCells } from '@/shared/cells';
import { kStages } from '@/shared/colors';
import { useSetSentence } from '@/shared/set_sentence';
import { useSegmentName, useSegments } from '@/shared/use_segments';

interface SetGroup {
  label: string;
  options: { value: string; label: string }[];
}

/** The sets of people that can be chosen: segments first, each with its name or sentence. */
export function useSetOptions(current: readonly string[]): SetGroup[] {
  const { t } = useTranslation();
  const sentence = useSetSentence();
  const nameOf = useSegmentName();
  const segments = (useSegments().data?.segments ?? []).map(({ set, name }) => ({
    value: set,
    label: name,
  }));
  const said = (sets: string[]) => sets.map((value) => ({ value, label: sentence(value, nameOf) }));
  const stages = said(kStages.map((stage) => `stage:${stage}`));
  const cells = said(kCells.map((cell) => `cell:${cell}`));
  const known = new Set([...segments, ...stages, ...cells].map(({ value }) => value));
  const more = said(current.filter((set) => set && !known.has(set)));
  return [
    { label: t('nav.segments'), options: segments },
    { label: t('nav.stages'), options: stages },
    { label: t('nav.rfm'), options: cells },
    { label: t('ask.other_sets'), options: more },
  ].filter(({ options }) => options.length > 0);
}

export function SetPicker({ value, onChange }: { value: string; onChange: (set: string) => void }) {
  const { t } = useTranslation();
  return (
    <Select<string>
      className="pick"
      aria-label={t('ask.set')}
      placeholder={t('ask.set')}
      showSearch
      optionFilterProp="label"
      popupMatchSelectWidth={false}
      value={value || null}
      onChange={onChange}
      options={useSetOptions([value])}
    />
  );
}
