import { useTranslation } from 'react-i18next';
import type { Answer } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** What an answer cost, how fresh it is, and what to know about it. */
export function CostLine({ answer }: { answer: Answer }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const { read, warnings } = answer;
  const ms = read.milliseconds;
  return (
    <footer className="cost small quiet">
      <p>
        {t('answer.cost', {
          events: format.count(read.events),
          people: format.count(read.people),
          ms: format.count(ms, ms < 10 ? 1 : 0),
          plan: word('plan', read.plan),
        })}{' '}
        {t('answer.span', {
          from: format.dateTime(answer.from),
          to: format.dateTime(answer.to),
          zone: answer.zone,
        })}
      </p>
      {warnings.length > 0 ? (
        <ul className="warnings">
          {warnings.map((warning, i) => (
            <li key={i} title={warning.message}>
              {word('answer_warning', warning.code)}
            </li>
          ))}
        </ul>
      ) : null}
    </footer>
  );
}
