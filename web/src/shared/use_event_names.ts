// What the server knows of events and properties by name, for pickers.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, must } from '@/api/client';

const kStale = 60_000;
const kMost = 100;
const kPause = 200;

/** The text when nobody typed for a moment, so that not every letter is a request. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), kPause);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

const searched = (search: string) => (search ? { search } : {});

/** The most frequent events whose name holds the text. */
export function useEventNames(text: string) {
  const search = useSettled(text);
  return useQuery({
    queryKey: ['segment-events', search],
    queryFn: () =>
      must(
        api.GET('/v1/insights/events', {
          params: { query: { ...searched(search), limit: kMost } },
        }),
      ),
    staleTime: kStale,
    placeholderData: keepPreviousData,
  });
}

/** The most frequent properties whose name holds the text. */
export function usePropertyNames(scope: 'event' | 'person', event?: string, text = '') {
  const search = useSettled(text);
  return useQuery({
    queryKey: ['segment-properties', scope, event, search],
    queryFn: () =>
      must(
        api.GET('/v1/insights/properties', {
          params: {
            query: {
              scope,
              limit: kMost,
              ...searched(search),
              ...(event && scope === 'event' ? { event } : {}),
            },
          },
        }),
      ),
    staleTime: kStale,
    placeholderData: keepPreviousData,
  });
}
