import { Skeleton } from 'antd';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { PageHead } from './PageHead';
import { ProblemView } from './ProblemView';

interface Props<T> {
  query: UseQueryResult<T>;
  rows?: number;
  /** The head of a page whose own title comes with the data, until then. */
  title?: string;
  children: (data: T) => ReactNode;
}

/** Shows a skeleton, the problem, or what the data gives; old data stays while new data loads. */
export function Loaded<T>({ query, rows = 6, title, children }: Props<T>) {
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
  return (
    <>
      {title === undefined ? null : <PageHead title={title} />}
      {query.isError ? (
        <ProblemView error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Skeleton active title={false} paragraph={{ rows }} />
      )}
    </>
  );
}
