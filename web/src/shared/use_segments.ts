// The segments of the workspace, for whoever may see them.
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, must } from '@/api/client';
import { useRight } from './session';

const kStale = 5_000;

/** `live`: counts are read again while the page stands; `wanted`: whether to ask at all. */
export function useSegments({ live = false, wanted = true } = {}) {
  const may = useRight('segments.read');
  return useQuery({
    queryKey: ['segments'],
    queryFn: () => must(api.GET('/v1/segments')),
    staleTime: kStale,
    refetchInterval: live ? kStale : false,
    enabled: may && wanted,
  });
}

/** How segments are called; one that is not known is called by its id. */
export function useSegmentName(wanted = true): (id: string) => string {
  const { data } = useSegments({ wanted });
  return useCallback(
    (id: string) => data?.segments.find((one) => one.id === id)?.name ?? id,
    [data],
  );
}
