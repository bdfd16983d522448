import type { ReactNode } from 'react';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { ProblemView } from '@/shared/ProblemView';
import { TrainButton } from './TrainButton';
import { useModel } from './use_model';

interface Props<T> {
  name: string; // of the model, among what is asked
  title: string;
  get: () => Promise<T>;
  train: () => Promise<T>;
  lead: (answer: T) => string | undefined; // nothing while there is no model to tell of
  children: (answer: T) => ReactNode;
}

/** The page of a model: what it is of, the button that trains it, and what it says. */
export function ModelPage<T extends { training: boolean }>(props: Props<T>) {
  const { query, train, busy } = useModel(props.name, props.get, props.train);
  return (
    <>
      <PageHead title={props.title} lead={query.data ? props.lead(query.data) : undefined}>
        <TrainButton busy={busy} train={() => train.mutate()} />
      </PageHead>
      {train.error ? <ProblemView error={train.error} /> : null}
      <Loaded query={query} rows={12}>
        {props.children}
      </Loaded>
    </>
  );
}
