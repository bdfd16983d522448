// The programme that a page is about: the one in its address; the first where none is named.
import { useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { useAddress } from '@/shared/use_address';

/** One that is named but not there is none: nobody is to change another one by mistake. */
export function useProgramme() {
  const { text } = useAddress();
  const query = useQuery({
    queryKey: ['loyalty'],
    queryFn: () => must(api.GET('/v1/loyalty/programmes')),
  });
  const wanted = text('programme');
  const all = query.data?.programmes;
  const programme: Programme | undefined = wanted ? all?.find(({ id }) => id === wanted) : all?.[0];
  return { query, programme };
}
