import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSegments } from '@/shared/use_segments';
import { useWords } from '@/shared/use_words';
import type { Speaker } from './sentence';

/** Says rules in the language of the console. */
export function useSpeaker(): Speaker {
  const { t } = useTranslation();
  const word = useWords();
  const { data } = useSegments();
  return useMemo(
    () => ({
      say: (key, fields) => String(t(`segment_say.${key}` as 'segment_say.ever', { ...fields })),
      word,
      segment: (id) => data?.segments.find((one) => one.id === id)?.name ?? (id || '…'),
    }),
    [t, word, data],
  );
}
