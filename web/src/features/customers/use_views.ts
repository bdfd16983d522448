// The list as this user likes it: the columns and saved views, kept on the server.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { api, must } from '@/api/client';
import type { CustomerView } from '@/api/types';
import { useAddress } from '@/shared/use_address';
import { columnsOf, savedQuery, type ListQuery } from './query';

const kKey = ['customer-views'];
const kParts = ['search', 'set', 'country', 'known', 'sort', 'order'] as const;

export function useViews() {
  const client = useQueryClient();
  const { message } = App.useApp();
  const { change } = useAddress();
  const { data, isPending } = useQuery({
    queryKey: kKey,
    queryFn: () => must(api.GET('/v1/customer-views')),
    staleTime: Infinity,
  });
  const settled = {
    onSuccess: () => void client.invalidateQueries({ queryKey: kKey }),
    onError: (error: Error) => void message.error(error.message),
  };
  const keep = useMutation({
    mutationFn: (columns: string[]) => must(api.PUT('/v1/customer-columns', { body: { columns } })),
    // Shown at once, and put back if the server refuses.
    onMutate: (columns) => {
      void client.cancelQueries({ queryKey: kKey }); // what was asked before must not undo it
      client.setQueryData(kKey, { views: data?.views ?? [], columns });
    },
    onSettled: () => void client.invalidateQueries({ queryKey: kKey }),
    onError: settled.onError,
  });
  const columns = columnsOf(data?.columns);
  const save = useMutation({
    mutationFn: (draft: { name: string; shared: boolean; query: ListQuery }) =>
      must(
        api.POST('/v1/customer-views', {
          body: { ...draft, query: savedQuery(draft.query), columns },
        }),
      ),
    ...settled,
  });
  const remove = useMutation({
    mutationFn: (view: CustomerView) =>
      must(api.DELETE('/v1/customer-views/{view_id}', { params: { path: { view_id: view.id } } })),
    ...settled,
  });
  const open = (view: CustomerView) => {
    const parts = view.query as Record<string, string>;
    change({ ...Object.fromEntries(kParts.map((one) => [one, parts[one] ?? null])), page: null });
    if (view.columns.length > 0) keep.mutate(view.columns);
  };
  return { ready: !isPending, views: data?.views ?? [], columns, keep, save, remove, open };
}
export type Views = ReturnType<typeof useViews>;
