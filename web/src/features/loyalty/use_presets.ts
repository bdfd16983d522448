import { useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';

/** What a programme, its rules and its levels can begin as. They stay while the program runs. */
export function usePresets() {
  return useQuery({
    queryKey: ['loyalty-presets'],
    queryFn: () => must(api.GET('/v1/loyalty/presets')),
    staleTime: Infinity,
  });
}
