import { Tag } from 'antd';
import { useWords } from './use_words';

const kTagColors: Record<string, string> = {
  works: 'green',
  hurts: 'red',
  no_difference: 'default',
  cannot_tell: 'gold',
};

export function Verdict({ verdict }: { verdict: string }) {
  const word = useWords();
  return <Tag color={kTagColors[verdict]}>{word('proof_verdict', verdict)}</Tag>;
}
