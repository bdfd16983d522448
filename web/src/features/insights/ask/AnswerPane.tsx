import { useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Answer, Question } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { ProblemView } from '@/shared/ProblemView';
import { AnswerView } from '../answer/AnswerView';
import { CostLine } from './CostLine';
import { answerKey } from './use_answer';
import { Waiting } from './Waiting';

interface Props {
  query: UseQueryResult<Answer>;
  asked: Question | null;
  /** Places of the question that are not filled in yet. */
  gaps: readonly string[];
  /** The answer belongs to the question as it stands on the left. */
  current: boolean;
}

/** The right side: the answer, what it cost, or why there is none. */
export function AnswerPane({ query, asked, gaps, current }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data, error, isFetching } = query;
  const stale = !current || query.isPlaceholderData;
  return (
    <div className="pane" aria-busy={isFetching}>
      {isFetching ? (
        <Waiting stop={() => void client.cancelQueries({ queryKey: answerKey(asked) })} />
      ) : null}
      {gaps.length > 0 ? (
        <Empty title={t('ask.incomplete')} hint={t('ask.incomplete_hint')} />
      ) : error ? (
        <ProblemView error={error} retry={() => void query.refetch()} />
      ) : null}
      {data && !error ? (
        <div className={stale && gaps.length === 0 ? 'stale' : undefined}>
          {stale && !isFetching ? <p className="quiet small">{t('ask.stale')}</p> : null}
          <AnswerView answer={data} />
          <CostLine answer={data} />
        </div>
      ) : null}
      {!data && !error && !isFetching && gaps.length === 0 ? (
        <Empty title={t('answer.stopped')} hint={t('answer.stopped_hint')} />
      ) : null}
    </div>
  );
}
