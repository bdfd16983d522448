import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useWords } from '@/shared/use_words';

const kEvery = ['day', 'week', 'month', 'total'] as const;
type Every = (typeof kEvery)[number];

interface Props {
  value: Every;
  onChange: (every: Every) => void;
}

/** In which time a limit counts. */
export function EveryPick({ value, onChange }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  return (
    <Select
      aria-label={t('loyalty.cap_every')}
      value={value}
      onChange={onChange}
      options={kEvery.map((one) => ({ value: one, label: word('cap_every', one) }))}
      style={{ minWidth: 110 }}
    />
  );
}
