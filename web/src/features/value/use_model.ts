import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

const kLookAgain = 1_000; // milliseconds, while a model is being trained

/** A model as the server tells it, looked at again while it is trained, and its training. */
export function useModel<T extends { training: boolean }>(
  name: string,
  get: () => Promise<T>,
  post: () => Promise<T>,
) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: [name],
    queryFn: get,
    refetchInterval: ({ state }) => (state.data?.training ? kLookAgain : false),
  });
  const train = useMutation({
    mutationFn: post,
    onSuccess: (next) => client.setQueryData([name], next),
  });
  return { query, train, busy: train.isPending || query.data?.training === true };
}
