// What the server found wrong, as a sentence at a field.
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '@/api/types';
import { useWords } from '../use_words';

/** The server says it in English; elsewhere the sentence for its code comes first. */
export function useProblemText(): (problem: Problem) => string {
  const { t, i18n } = useTranslation();
  const word = useWords();
  const english = i18n.language === 'en';
  return useCallback(
    (problem) => {
      const said = [problem.detail, problem.hint].filter(Boolean).join('. ');
      const code = word('problem_code', problem.code);
      if (!said) return code;
      return english ? said : t('problem.said', { code, said });
    },
    [t, word, english],
  );
}
