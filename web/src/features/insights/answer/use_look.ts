import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useThemeName } from '@/shared/theme_choice';
import { useSetSentence } from '@/shared/set_sentence';
import { useFormat } from '@/shared/use_format';
import { useSegmentName } from '@/shared/use_segments';
import { useWords } from '@/shared/use_words';
import type { Look } from './look';

/** The words, formats and colours in use. */
export function useLook(): Look {
  const { t } = useTranslation();
  const theme = useThemeName();
  const format = useFormat();
  const word = useWords();
  const sentence = useSetSentence();
  const nameOf = useSegmentName();
  // What a sentence says follows from the other words.
  return useMemo(
    () => ({
      theme,
      t,
      word,
      format,
      // Who may not read segments, as on a public page, has the name from the answer alone.
      set: (words, name) =>
        sentence(words, (id) => {
          const known = nameOf(id);
          return known === id ? (name ?? id) : known;
        }),
    }),
    [theme, t, word, format, nameOf],
  );
}
