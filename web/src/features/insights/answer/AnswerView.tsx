import { Skeleton } from 'antd';
import { lazy, Suspense, type ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer } from '@/api/types';
import type { Analysis } from '../ask/questions';
import { Empty } from '@/shared/Empty';
import type { ViewProps } from './answers';
import { isEmpty } from './is_empty';

// Each view loads when an answer of its kind is first shown.
const kViews: { [A in Analysis]: ComponentType<ViewProps<A>> } = {
  trends: lazy(() => import('./TrendsView')),
  funnel: lazy(() => import('./FunnelView')),
  retention: lazy(() => import('./RetentionView')),
  lifecycle: lazy(() => import('./ActiveViews').then((all) => ({ default: all.LifecycleView }))),
  stickiness: lazy(() => import('./ActiveViews').then((all) => ({ default: all.StickinessView }))),
  active: lazy(() => import('./ActiveViews').then((all) => ({ default: all.ActiveView }))),
  distribution: lazy(() =>
    import('./SpreadViews').then((all) => ({ default: all.DistributionView })),
  ),
  interval: lazy(() => import('./SpreadViews').then((all) => ({ default: all.IntervalView }))),
  paths: lazy(() => import('./FlowViews').then((all) => ({ default: all.PathsView }))),
  attribution: lazy(() => import('./FlowViews').then((all) => ({ default: all.AttributionView }))),
  sessions: lazy(() => import('./SessionsView')),
  rfm: lazy(() => import('./RfmView')),
};

interface Props {
  answer: Answer;
  brief?: boolean;
  height?: number;
}

/** An answer, drawn as its kind is drawn. */
export function AnswerView({ answer, ...rest }: Props) {
  const { t } = useTranslation();
  if (isEmpty(answer)) return <Empty title={t('answer.empty')} hint={t('answer.empty_hint')} />;
  // The table pairs every analysis with the view of its own answer.
  const View = kViews[answer.analysis] as ComponentType<ViewProps<Analysis>>;
  return (
    <Suspense fallback={<Skeleton active title={false} paragraph={{ rows: 6 }} />}>
      <View answer={answer} {...rest} />
    </Suspense>
  );
}
