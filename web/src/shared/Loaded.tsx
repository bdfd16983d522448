import { Skeleton } from 'antd';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemView } from './ProblemView';

interface Props<T> {
  query: UseQueryResult<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}

/** Shows a skeleton, the problem, or what the data gives; old data stays while new data loads. */
export function Loaded<T>({ query, rows = 6, children }: Props<T>) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError ? (
          <ProblemView error={query.error} retry={() => void query.refetch()} />
        ) : null}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <ProblemView error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton active title={false} paragraph={{ rows }} />;
}
