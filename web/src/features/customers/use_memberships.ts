// What a customer has in each loyalty programme.
import { useQueries, useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { useRight } from '@/shared/session';

export type Member = Awaited<ReturnType<typeof readMember>>;

const readMember = (programme: string, person: number) =>
  must(
    api.GET('/v1/loyalty/programmes/{programme}/people/{person}', {
      params: { path: { programme, person } },
    }),
  );

export interface Membership {
  programme: Programme;
  member: Member;
}

/** By programme; none as long as they are read, or where the role must not see them. */
export function useMemberships(person: number) {
  const may = useRight('loyalty.read');
  const programmes = useQuery({
    queryKey: ['loyalty'],
    queryFn: () => must(api.GET('/v1/loyalty/programmes')),
    enabled: may,
  });
  const all = programmes.data?.programmes ?? [];
  const members = useQueries({
    queries: all.map(({ id }) => ({
      queryKey: ['loyalty', id, 'person', person],
      queryFn: () => readMember(id, person),
    })),
  });
  return {
    memberships: all.flatMap((programme, i): Membership[] => {
      const member = members[i]?.data;
      return member ? [{ programme, member }] : [];
    }),
    pending: may && (programmes.isPending || members.some(({ isPending }) => isPending)),
    error: programmes.error ?? members.find(({ error }) => error)?.error ?? null,
    retry: () => {
      void programmes.refetch();
      for (const one of members) void one.refetch();
    },
  };
}
