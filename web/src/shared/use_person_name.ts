// What a person is called, for lists that know numbers only. Names that are asked for in the same
// moment are fetched together.
import { useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import { useRight } from './session';

const kAtOnce = 200;
const kStale = 60_000;

type Told = (name: string) => void;
let waiting = new Map<number, { told: Told; failed: (reason: unknown) => void }[]>();

async function fetchWaiting(): Promise<void> {
  const asked = waiting;
  waiting = new Map();
  const numbers = [...asked.keys()];
  for (let at = 0; at < numbers.length; at += kAtOnce) {
    const part = numbers.slice(at, at + kAtOnce);
    try {
      const query = { people: part.join(',') };
      const { people } = await must(api.GET('/v1/customer-names', { params: { query } }));
      const names = new Map(people.map((one) => [one.person_id, one.name]));
      for (const id of part) for (const one of asked.get(id) ?? []) one.told(names.get(id) ?? '');
    } catch (reason) {
      for (const id of part) for (const one of asked.get(id) ?? []) one.failed(reason);
    }
  }
}

const fetchName = (id: number): Promise<string> =>
  new Promise((told, failed) => {
    if (waiting.size === 0) setTimeout(() => void fetchWaiting());
    waiting.set(id, [...(waiting.get(id) ?? []), { told, failed }]);
  });

/** "" while it is not known, when nobody said it, and for who may not see customers. */
export function usePersonName(id: number): string {
  const may = useRight('customers.read');
  const { data } = useQuery({
    queryKey: ['person-name', id],
    queryFn: () => fetchName(id),
    staleTime: kStale,
    enabled: may,
  });
  return data ?? '';
}
