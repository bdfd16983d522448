// Names of arms and measures: their own, or a word of the catalogue, or their key.
import { useWords } from '@/shared/use_words';

interface Named {
  key: string;
  name?: string | undefined;
}

export function useNames() {
  const word = useWords();
  return {
    arm: ({ key, name }: Named) => name || word('arm', key),
    measure: ({ key, name }: Named) => name || word('proof_measure', key),
  };
}
