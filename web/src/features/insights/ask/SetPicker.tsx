import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { kCells } from '@/shared/cells';
import { kStages } from '@/shared/colors';
import { useSetSentence } from '@/shared/set_sentence';

/** The sets of people that can be chosen, each with its sentence. */
export function useSetOptions(current: readonly string[]) {
  const sentence = useSetSentence();
  const known = [
    ...kStages.map((stage) => `stage:${stage}`),
    ...kCells.map((cell) => `cell:${cell}`),
  ];
  const more = current.filter((set) => set && !known.includes(set));
  return [...known, ...more].map((value) => ({ value, label: sentence(value) }));
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
