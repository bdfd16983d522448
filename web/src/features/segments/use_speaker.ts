import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { useWords } from '@/shared/use_words';
import type { Speaker } from './sentence';

const kStale = 5_000;

export function useSegments() {
  return useQuery({
    queryKey: ['segments'],
    queryFn: () => must(api.GET('/v1/segments')),
    staleTime: kStale,
    refetchInterval: kStale,
  });
}

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
