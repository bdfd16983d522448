// Words of the contract (stages, cells, verdicts …) in the language of the console.
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { WordKind } from './word_kinds';

export type { WordKind };

/** Gives (kind, word) → text. A word that the catalogue does not have stands for itself. */
export function useWords() {
  const { i18n } = useTranslation();
  return useCallback(
    (kind: WordKind, word: string): string => {
      const found: unknown = i18n.getResource(
        i18n.language,
        'translation',
        `words.${kind}.${word.replaceAll('.', '_')}`,
      );
      return typeof found === 'string' ? found : word;
    },
    [i18n, i18n.language],
  );
}
