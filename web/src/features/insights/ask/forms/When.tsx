import { useTranslation } from 'react-i18next';
import type { QuestionUnit } from '@/api/types';
import type { WeekStart } from '@/shared/week_starts';
import type { Patch } from '../questions';
import { At } from '../At';
import { Pick } from '../Pick';
import { RangeEditor } from '../RangeEditor';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';
import { WeekStartPicker } from '../WeekStartPicker';
import { ZonePicker } from '../ZonePicker';
import { More } from './More';
import { Part } from './Part';
import type { QuestionRange } from '@/api/types';

interface Timed {
  range: QuestionRange;
  time_zone?: string;
  week_start?: WeekStart;
  by?: QuestionUnit;
}

interface Props<Q extends Timed> {
  question: Q;
  change: (patch: Patch<Q>) => void;
  /** The periods to choose from; none: the answer has no periods. */
  units?: readonly QuestionUnit[];
  preset?: QuestionUnit;
  /** The whole span as one can be chosen too. */
  optional?: boolean;
}

export const kUnits: readonly QuestionUnit[] = ['hour', 'day', 'week', 'month'];
export const kDays: readonly QuestionUnit[] = ['day', 'week', 'month'];

/** The span of time, and the periods in it. */
export function When<Q extends Timed>({
  question,
  change,
  units = [],
  preset = 'day',
  optional = false,
}: Props<Q>) {
  const { t } = useTranslation();
  const say = useSay();
  const put = (patch: Patch<Timed>) => change(patch as Patch<Q>);
  return (
    <Part title={t('ask.part_when')}>
      <RangeEditor value={question.range} onChange={(range) => put({ range })} />
      {units.length > 0 ? (
        <At path="by">
          <Sentence
            text={say('by')}
            parts={{
              unit: (
                <Pick
                  kind="units"
                  label={t('ask.by')}
                  options={optional ? ['whole', ...units] : units}
                  value={question.by ?? (optional ? 'whole' : preset)}
                  onChange={(by) => put({ by: by === 'whole' ? undefined : by })}
                />
              ),
            }}
          />
        </At>
      ) : null}
      <More set={question.time_zone !== undefined || question.week_start !== undefined}>
        <At path="time_zone">
          <Sentence
            text={say('time_zone')}
            parts={{
              zone: (
                <ZonePicker
                  value={question.time_zone}
                  onChange={(zone) => put({ time_zone: zone })}
                />
              ),
            }}
          />
        </At>
        <At path="week_start">
          <Sentence
            text={say('week_start')}
            parts={{
              day: (
                <WeekStartPicker
                  value={question.week_start}
                  onChange={(day) => put({ week_start: day })}
                />
              ),
            }}
          />
        </At>
      </More>
    </Part>
  );
}
