import { useWords } from '@/shared/use_words';

interface Props {
  error: string | null;
  why?: string | undefined; // its word, where it has one
}

/** Why the last training gave no model, as a sentence; nothing when it gave one. */
export function TrainingError({ error, why }: Props) {
  const word = useWords();
  if (!error) return null;
  return (
    <p className="notice">
      {why ? word('training_why', why) : error.charAt(0).toUpperCase() + error.slice(1)}
    </p>
  );
}
