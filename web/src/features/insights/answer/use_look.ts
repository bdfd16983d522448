import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useThemeName } from '@/shared/theme_choice';
import { useSetSentence } from '@/shared/set_sentence';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import type { Look } from './look';

/** The words, formats and colours in use. */
export function useLook(): Look {
  const { t } = useTranslation();
  const theme = useThemeName();
  const format = useFormat();
  const word = useWords();
  const set = useSetSentence();
  // What `set` says follows from the other words.
  return useMemo(() => ({ theme, t, word, format, set }), [theme, t, word, format]);
}
