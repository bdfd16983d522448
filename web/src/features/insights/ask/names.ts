// What the server knows of events, their properties and values, for the pickers.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, must } from '@/api/client';
import type { EventChoice } from '@/api/types';

const kStale = 60_000;
const kPause = 200;
const kMost = 50;

export type Scope = 'event' | 'person';

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

const ofEvent = (event: EventChoice | undefined, scope: Scope) => ({
  scope,
  ...(scope === 'event' && event?.event ? { event: event.event } : {}),
  ...(scope === 'event' && event?.type ? { type: event.type } : {}),
});

export function useEventNames(text: string) {
  const search = useSettled(text);
  return useQuery({
    queryKey: ['event-names', search],
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

export function usePropertyNames(event: EventChoice | undefined, scope: Scope, text: string) {
  const search = useSettled(text);
  const about = ofEvent(event, scope);
  return useQuery({
    queryKey: ['property-names', about, search],
    queryFn: () =>
      must(
        api.GET('/v1/insights/properties', {
          params: { query: { ...about, ...searched(search), limit: kMost } },
        }),
      ),
    staleTime: kStale,
    placeholderData: keepPreviousData,
  });
}

/** The types of a property; empty while they are not known. */
export function usePropertyTypes(
  event: EventChoice | undefined,
  scope: Scope,
  property: string,
): readonly string[] {
  const { data } = usePropertyNames(event, scope, property);
  return data?.properties.find((one) => one.name === property)?.types ?? [];
}

export function usePropertyValues(
  event: EventChoice | undefined,
  scope: Scope,
  property: string,
  text: string,
) {
  const search = useSettled(text);
  const about = ofEvent(event, scope);
  return useQuery({
    queryKey: ['property-values', about, property, search],
    queryFn: () =>
      must(
        api.GET('/v1/insights/values', {
          params: { query: { ...about, property, ...searched(search), limit: kMost } },
        }),
      ),
    enabled: property !== '',
    staleTime: kStale,
    placeholderData: keepPreviousData,
  });
}
