// A reason for leaving in words.
import type { Leaving } from '@/api/value_types';
import { useWords } from '@/shared/use_words';

type Reason = Pick<Leaving['reasons'][number], 'known' | 'reason'>;

export function useReasonWord() {
  const word = useWords();
  return ({ known, reason }: Reason): string => {
    if (known === 'model') return word('churn_column', reason);
    if (known === 'trouble' || reason === '(other)') return word('left_trouble', reason);
    return reason;
  };
}
