import type { Answer } from '@/api/types';
import type { Analysis } from '../ask/questions';

export type AnswerOf<A extends Analysis> = Extract<Answer, { analysis: A }>;

/** What every view of an answer takes; `brief`: only the main figure, as on a dashboard. */
export interface ViewProps<A extends Analysis> {
  answer: AnswerOf<A>;
  brief?: boolean;
  height?: number;
}
