// What the server knows of events, properties, facts and channels, for the builder.
import { useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';

export { useEventNames, usePropertyNames } from '@/shared/use_event_names';

const kStale = 60_000;

export function useFacts() {
  return useQuery({
    queryKey: ['segment-facts'],
    queryFn: () => must(api.GET('/v1/segments/facts')),
    staleTime: kStale,
  });
}

/** The channels and topics that people can say yes and no to. */
export function useChannels() {
  return useQuery({
    queryKey: ['preferences'],
    queryFn: () => must(api.GET('/v1/privacy/preferences')),
    staleTime: kStale,
  });
}
