import type { Analysis, Patch, QuestionOf } from '../questions';

export interface FormProps<A extends Analysis> {
  question: QuestionOf<A>;
  change: (patch: Patch<QuestionOf<A>>) => void;
}
