import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSegments } from '@/shared/use_segments';
import { useWords } from '@/shared/use_words';
import { useChannels, useFacts } from './names';
import type { Speaker } from './facts';

/** Says rules in the language of the console. */
export function useSpeaker(): Speaker {
  const { t, i18n } = useTranslation();
  const word = useWords();
  const { data } = useSegments();
  const { data: facts } = useFacts();
  const { data: channels } = useChannels();
  return useMemo(
    () => ({
      say: (key, fields) => String(t(`segment_say.${key}` as 'segment_say.ever', { ...fields })),
      word,
      segment: (id) => data?.segments.find((one) => one.id === id)?.name ?? (id || '…'),
      fact: (name) => facts?.facts.find((one) => one.name === name),
      topic: (key) => {
        const topic = channels?.topics.find((one) => one.key === key);
        return topic ? (i18n.language === 'zh' ? topic.zh : topic.en) : key;
      },
    }),
    [t, i18n.language, word, data, facts, channels],
  );
}
