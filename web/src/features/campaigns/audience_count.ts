import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import type { Audience } from '@/api/types';
import { isChosen } from './draft';

/** How many people an audience holds, how many can be reached, and what their number can prove. */
export function useAudienceCount(audience: Audience, holdOutPercent: number) {
  return useQuery({
    queryKey: ['audience', audience, holdOutPercent],
    queryFn: () =>
      must(
        api.POST('/v1/campaigns/audience', {
          body: { audience, hold_out_percent: holdOutPercent },
        }),
      ),
    enabled: isChosen(audience),
    placeholderData: keepPreviousData,
  });
}
export type AudienceCountQuery = ReturnType<typeof useAudienceCount>;
