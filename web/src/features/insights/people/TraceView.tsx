import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Trace } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { Mark } from '@/shared/Mark';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import type { QuestionOf } from '../ask/questions';

function Events({ trace }: { trace: Trace }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return (
    <>
      <p>
        {trace.counted
          ? t('trace.reached', { n: trace.reached, all: trace.steps.length })
          : t('trace.not_counted')}
      </p>
      <ol className="timeline trace">
        {trace.events.map((event, i) => (
          <li key={i}>
            <time dateTime={event.at}>{format.dateTime(event.at, true)}</time>
            <b>{event.step ?? ''}</b>
            <span>
              {event.event}{' '}
              <Mark kind={event.verdict === 'filled' ? 'good' : 'neutral'}>
                {word('trace', event.verdict)}
              </Mark>
            </span>
          </li>
        ))}
      </ol>
      {trace.truncated ? <p className="quiet small">{t('trace.truncated')}</p> : null}
    </>
  );
}

interface Props {
  question: QuestionOf<'funnel'>;
  person: number;
}

/** How one person went through a funnel: which event took which step, or why not. */
export function TraceView({ question, person }: Props) {
  const query = useQuery({
    queryKey: ['trace', question, person],
    queryFn: () => must(api.POST('/v1/insights/trace', { body: { question, person_id: person } })),
  });
  return (
    <Loaded query={query} rows={3}>
      {(trace) => <Events trace={trace} />}
    </Loaded>
  );
}
