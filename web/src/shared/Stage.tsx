import { kStageColors } from './colors';
import { useThemeName } from './theme_choice';
import { useWords } from './use_words';

export function Stage({ stage }: { stage: string }) {
  const theme = useThemeName();
  const word = useWords();
  return (
    <span className="nowrap">
      <span
        className="stage-dot"
        style={{ background: kStageColors[theme][stage] ?? 'var(--grey)' }}
      />
      {word('stage', stage)}
    </span>
  );
}
