// Asking a question, and stopping it: a question that nobody waits for any more is cancelled on the
// server too.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import type { Answer, Question } from '@/api/types';

const kStale = 5 * 60_000;

const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(12))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');

export async function ask(question: Question, signal: AbortSignal): Promise<Answer> {
  const id = newId();
  // The question may have ended meanwhile; then there is nothing to cancel.
  const cancel = () =>
    void api
      .DELETE('/v1/insights/queries/{id}', { params: { path: { id } } })
      .catch(() => undefined);
  signal.addEventListener('abort', cancel);
  try {
    return await must(
      api.POST('/v1/insights/query', { body: { ...question, query_id: id }, signal }),
    );
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

export const answerKey = (question: Question | null) => ['answer', JSON.stringify(question)];

/** The answer to a question; null: nothing is asked. The old answer stays while a new one comes. */
export function useAnswer(question: Question | null, refreshMinutes = 0) {
  return useQuery({
    queryKey: answerKey(question),
    queryFn: ({ signal }) => ask(question as Question, signal),
    enabled: question !== null,
    staleTime: kStale,
    placeholderData: keepPreviousData,
    ...(refreshMinutes > 0 ? { refetchInterval: refreshMinutes * 60_000 } : {}),
  });
}
