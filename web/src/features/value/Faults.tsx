import { useTranslation } from 'react-i18next';
import { useWords } from '@/shared/use_words';

interface Props {
  faults: readonly string[];
  title?: string;
}

/** Why the scores of a model may not be used; nothing when they may. */
export function Faults({ faults, title }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  if (faults.length === 0) return null;
  return (
    <section className="notice" style={{ marginBottom: 16 }}>
      <h3>{title ?? t('clv.not_used')}</h3>
      <ul style={{ margin: '4px 0 0', paddingInlineStart: 20 }}>
        {faults.map((fault) => (
          <li key={fault}>{word('value_fault', fault)}</li>
        ))}
      </ul>
    </section>
  );
}
