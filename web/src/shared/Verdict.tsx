import { Mark, type MarkKind } from './Mark';
import { useWords } from './use_words';

const kKinds: Record<string, MarkKind> = { works: 'good', hurts: 'bad', cannot_tell: 'warn' };

export function Verdict({ verdict }: { verdict: string }) {
  const word = useWords();
  return <Mark kind={kKinds[verdict] ?? 'neutral'}>{word('proof_verdict', verdict)}</Mark>;
}
