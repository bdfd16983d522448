// Sentences of the catalogue, as they stand there.
import { useTranslation } from 'react-i18next';
import type en from '@/i18n/en.json';

export type SentenceName = keyof (typeof en)['say'];

export function useSay() {
  const { t } = useTranslation();
  return (name: SentenceName): string => t(`say.${name}`, { skipInterpolation: true });
}
