// The typed client of api/openapi.yaml. Every answer that is not a success becomes a ProblemError.
import createClient from 'openapi-fetch';
import type { paths, Problem } from './types';

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
    this.name = 'ProblemError';
  }
}

let csrfToken = '';
/** Sets the token that goes with every request other than GET. */
export function keepToken(token: string | undefined): void {
  csrfToken = token ?? '';
}
export const tokenHeader = (): Record<string, string> => ({ 'X-CSRF-Token': csrfToken });

export const api = createClient<paths>({ baseUrl: '', credentials: 'same-origin' });
api.use({
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('X-CSRF-Token', csrfToken);
    return request;
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;

/** A problem of anything thrown; status 0 and no detail: the server could not be reached. */
export function problemOf(error: unknown, status: number): ProblemError {
  if (error instanceof ProblemError) return error;
  if (isProblem(error)) return new ProblemError(error);
  const detail = error instanceof Error ? error.message : '';
  return new ProblemError({
    type: 'about:blank',
    title: status ? `HTTP ${status}` : 'unreachable',
    status,
    code: 'internal',
    detail,
    request_id: '',
  });
}

/** The data of an answer; throws ProblemError. An answer without a body gives undefined. */
export async function must<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch {
    throw problemOf(undefined, 0); // no answer at all
  }
  if (!answer.response.ok) throw problemOf(answer.error, answer.response.status);
  return answer.data as T;
}
