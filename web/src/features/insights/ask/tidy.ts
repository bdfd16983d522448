// Members of a question that only stand beside certain others go when those go. Pure.
import { patched } from './questions';
import type { Question } from '@/api/types';

export function tidy(question: Question): Question {
  if (question.analysis === 'trends') {
    const percentile = question.series.some((one) => one.measure === 'percentile');
    // Percentiles of several periods cannot be added up.
    const show = percentile ? undefined : question.show;
    return patched(question, {
      show,
      rolling_periods: show === 'rolling' ? question.rolling_periods : undefined,
    });
  }
  if (question.analysis === 'funnel') {
    const { breakdown, semantics } = question;
    const ofEvents = breakdown?.event_property !== undefined || breakdown?.event_name === true;
    const clickhouse = semantics === 'clickhouse';
    return patched(question, {
      breakdown_touch: ofEvents ? question.breakdown_touch : undefined,
      clickhouse_modes: clickhouse ? question.clickhouse_modes : undefined,
      order: clickhouse ? undefined : question.order,
      exclusions: clickhouse ? undefined : question.exclusions,
      held_property: clickhouse ? undefined : question.held_property,
      by: semantics === 'per_day' ? 'day' : question.by,
    });
  }
  if (question.analysis === 'retention')
    return patched(question, { columns: question.brackets ? undefined : question.columns });
  if (question.analysis === 'attribution') {
    const decay = question.models?.includes('time_decay') ?? false;
    return patched(question, { half_life: decay ? question.half_life : undefined });
  }
  return question;
}
