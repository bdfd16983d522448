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

/** How levels are called; one that is not there any more is called by its code. */
export function useLevelName(programme: string): (code: string) => string {
  const { data } = useLevels(programme);
  return (code) => data?.levels.find((one) => one.code === code)?.name ?? code;
}
