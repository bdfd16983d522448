import type { Answer } from '@/api/types';

/** Whether an answer has nothing to draw: no people, or nothing they did. */
export function isEmpty(answer: Answer): boolean {
  switch (answer.analysis) {
    case 'trends':
      return answer.series.every((one) => one.values.every(({ value }) => !value));
    case 'funnel':
      return (answer.groups[0]?.steps[0]?.reached.value ?? 0) === 0;
    case 'retention':
      return answer.groups.every((group) => group.cohorts.every((cohort) => !cohort.size.value));
    case 'lifecycle':
      return answer.rows.every(
        (row) => !row.new.value && !row.returning.value && !row.dormant.value,
      );
    case 'stickiness':
      return answer.groups.every((group) => !group.people.value);
    case 'active':
      return answer.rows.every((row) => !row.month.value);
    case 'distribution':
      return answer.groups.every((group) => group.rows.every((row) => !row.people.value));
    case 'interval':
      return answer.groups.every((group) => group.time.count === 0);
    case 'paths':
      return answer.nodes.length === 0;
    case 'attribution':
      return answer.conversions === 0;
    case 'sessions':
      return answer.groups.every((group) => group.total.sessions === 0);
    case 'rfm':
      return !answer.people.value;
  }
}
