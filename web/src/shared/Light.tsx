import type { HealthLight } from '@/api/value_types';
import { Mark, type MarkKind } from './Mark';
import { useWords } from './use_words';

const kMarks: Record<HealthLight, MarkKind> = { red: 'bad', amber: 'warn', green: 'good' };

/** A light of the health score, by its word and in its colour. */
export function Light({ light }: { light: HealthLight }) {
  const word = useWords();
  return <Mark kind={kMarks[light]}>{word('light', light)}</Mark>;
}
