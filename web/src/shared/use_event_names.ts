// What the server knows of events and properties by name, for pickers.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';

const kStale = 60_000;
const kMost = 100;

export function useEventNames(search: string) {
  return useQuery({
    queryKey: ['segment-events', search],
    queryFn: () =>
      must(
        api.GET('/v1/insights/events', {
          params: { query: { ...(search ? { search } : {}), limit: kMost } },
        }),
      ),
    staleTime: kStale,
    placeholderData: keepPreviousData,
  });
}

export function usePropertyNames(scope: 'event' | 'person', event?: string) {
  return useQuery({
    queryKey: ['segment-properties', scope, event],
    queryFn: () =>
      must(
        api.GET('/v1/insights/properties', {
          params: {
            query: { scope, limit: kMost, ...(event && scope === 'event' ? { event } : {}) },
          },
        }),
      ),
    staleTime: kStale,
    placeholderData: keepPreviousData,
  });
}
