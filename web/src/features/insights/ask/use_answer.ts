// Asking a question, and stopping it: a question that nobody waits for any more is cancelled on the
// server too.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import type { Answer, Question } from '@/api/types';

const kStale = 5 * 60_000;

export const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(12))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');

/** Runs a question of the name `id`; it is cancelled on the server when the signal says so. */
export async function stoppable<T>(
  id: string,
  signal: AbortSignal,
  run: () => Promise<T>,
): Promise<T> {
  // The question may have ended meanwhile; then there is nothing to cancel.
  const cancel = () =>
    void api
      .DELETE('/v1/insights/queries/{id}', { params: { path: { id } } })
      .catch(() => undefined);
  signal.addEventListener('abort', cancel);
  try {
    return await run();
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

export function ask(question: Question, signal: AbortSignal): Promise<Answer> {
  const id = newId();
  return stoppable(id, signal, () =>
    must(api.POST('/v1/insights/query', { body: { ...question, query_id: id }, signal })),
  );
}

export const answerKey = (question: Question | null) => ['answer', JSON.stringify(question)];

/** The answer to a question; null: nothing is asked. The old answer stays while a new one comes. */
export function useAnswer(question: Question | null) {
  return useQuery({
    queryKey: answerKey(question),
    queryFn: ({ signal }) => ask(question as Question, signal),
    enabled: question !== null,
    staleTime: kStale,
    placeholderData: keepPreviousData,
  });
}
