import { useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';

/** The levels of a programme, for pickers. */
export function useLevels(programme: string) {
  return useQuery({
    queryKey: ['loyalty', programme, 'levels'],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/levels', { params: { path: { programme } } }),
      ),
  });
}
