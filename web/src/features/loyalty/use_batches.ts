import { useQuery } from '@tanstack/react-query';
import { api, must } from '@/api/client';

/** The batches of coupons of a programme. */
export function useBatches(programme: string) {
  return useQuery({
    queryKey: ['loyalty', programme, 'coupons'],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/coupons', { params: { path: { programme } } }),
      ),
  });
}

/** Those with a code for each person, for pickers: somebody is given a code of their own. */
export function useBatchOptions(programme: string): { value: string; label: string }[] {
  const { data } = useBatches(programme);
  return (data?.batches ?? [])
    .filter(({ shared_code }) => !shared_code)
    .map(({ id, name }) => ({ value: id, label: name }));
}
