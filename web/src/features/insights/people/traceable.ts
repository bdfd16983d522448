import type { Question } from '@/api/types';
import type { QuestionOf } from '../ask/questions';

/** Whether people can be followed through it: any funnel but one by ClickHouse's rules. */
export function traceable(question: Question): question is QuestionOf<'funnel'> {
  return question.analysis === 'funnel' && question.semantics !== 'clickhouse';
}
