import { useTranslation } from 'react-i18next';
import { LateInput } from '../ask/LateInput';

/** A name that cannot be empty. */
export function LateName({ value, onChange }: { value: string; onChange: (name: string) => void }) {
  const { t } = useTranslation();
  return (
    <LateInput
      label={t('ask.name')}
      width={260}
      value={value}
      onChange={(name) => {
        if (name.trim()) onChange(name.trim());
      }}
    />
  );
}
