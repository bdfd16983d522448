import { useTranslation } from 'react-i18next';
import { Mark } from '@/shared/Mark';
import { useWords } from '@/shared/use_words';

/** Whether a model passed its test, or why not. */
export function TestVerdict({ faults }: { faults: string[] }) {
  const { t } = useTranslation();
  const word = useWords();
  return faults.length === 0 ? (
    <Mark kind="good">{t('clv.passed')}</Mark>
  ) : (
    <Mark kind="bad">{faults.map((fault) => word('value_fault', fault)).join(' · ')}</Mark>
  );
}
