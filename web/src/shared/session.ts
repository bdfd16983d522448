// Who is signed in, what they may do, and the workspace they stand in.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, keepToken, must } from '@/api/client';
import type { Session } from '@/api/types';

export const kSessionKey = ['session'] as const;

export async function fetchSession(): Promise<Session> {
  const session = await must(api.GET('/v1/session'));
  keepToken(session.csrf_token);
  return session;
}

export function useSessionQuery() {
  return useQuery({ queryKey: kSessionKey, queryFn: fetchSession, staleTime: Infinity });
}

export function useSession(): Session {
  const client = useQueryClient();
  const { data } = useSessionQuery();
  const session = data ?? client.getQueryData<Session>(kSessionKey);
  if (!session) throw new Error('the session is read before any page is shown');
  return session;
}

export const useWorkspace = () => useSession().workspace;

export function useRight(right: string): boolean {
  return (useSession().rights ?? []).includes(right);
}

/** Puts a new session (after sign-in or claim) in place of the old one. */
export function useAdoptSession() {
  const client = useQueryClient();
  return (session: Session) => {
    keepToken(session.csrf_token);
    client.setQueryData(kSessionKey, session);
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== kSessionKey[0] });
  };
}
