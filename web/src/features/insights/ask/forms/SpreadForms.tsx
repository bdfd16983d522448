import { useTranslation } from 'react-i18next';
import { At } from '../At';
import { DurationEditor } from '../DurationEditor';
import { LateInput } from '../LateInput';
import { Pick } from '../Pick';
import { PropertyPicker } from '../PropertyPicker';
import { choicesOf } from '../selector';
import { SelectorEditor } from '../SelectorEditor';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';
import type { FormProps } from './form';
import { numbersOf } from './numbers';
import { Part } from './Part';
import { kUnits, When } from './When';
import { Who } from './Who';

const kMeasures = ['count', 'days', 'hours', 'sum'] as const;
const kPlain = new Set<string>(['count', 'days', 'hours']);

export function DistributionForm({ question, change }: FormProps<'distribution'>) {
  const { t } = useTranslation();
  const say = useSay();
  const event = choicesOf(question.select)[0];
  return (
    <>
      <Part title={t('ask.part_what')}>
        <Sentence
          text={say(kPlain.has(question.measure) ? 'distribution' : 'distribution_property')}
          parts={{
            measure: (
              <Pick
                kind="distribution_measure"
                label={t('ask.measure')}
                options={kMeasures}
                value={question.measure}
                onChange={(measure) =>
                  change({
                    measure,
                    property: kPlain.has(measure) ? undefined : (question.property ?? ''),
                  })
                }
              />
            ),
            property: (
              <At path="property">
                <PropertyPicker
                  event={event}
                  value={question.property}
                  onChange={(property) => change({ property: property ?? '' })}
                />
              </At>
            ),
          }}
        />
        <SelectorEditor
          path="select"
          value={question.select}
          onChange={(select) => change({ select })}
        />
        <At path="borders">
          <Sentence
            text={say('borders')}
            parts={{
              borders: (
                <LateInput
                  label={t('ask.borders')}
                  placeholder="1, 2, 5, 10"
                  value={question.borders?.join(', ') ?? ''}
                  onChange={(text) => change({ borders: numbersOf(text) })}
                />
              ),
            }}
          />
        </At>
      </Part>
      <When question={question} change={change} units={kUnits} optional />
      <Who question={question} change={change} split="people" event={event} />
    </>
  );
}

export function IntervalForm({ question, change }: FormProps<'interval'>) {
  const { t } = useTranslation();
  const say = useSay();
  const event = choicesOf(question.start)[0];
  return (
    <>
      <Part title={t('ask.part_from')}>
        <SelectorEditor
          path="start"
          value={question.start}
          onChange={(start) => change({ start })}
        />
      </Part>
      <Part title={t('ask.part_to')}>
        <SelectorEditor path="end" value={question.end} onChange={(end) => change({ end })} />
      </Part>
      <Part title={t('ask.part_rules')}>
        <Sentence
          text={say('at_most')}
          parts={{
            duration: (
              <DurationEditor
                path="at_most"
                label={t('ask.at_most')}
                value={question.at_most ?? { count: 400, unit: 'day' }}
                onChange={(atMost) => change({ at_most: atMost })}
              />
            ),
          }}
        />
        <At path="held_property">
          <Sentence
            text={say('held')}
            parts={{
              property: (
                <PropertyPicker
                  clearable
                  label={t('ask.held')}
                  event={event}
                  value={question.held_property}
                  onChange={(held) => change({ held_property: held })}
                />
              ),
            }}
          />
        </At>
      </Part>
      <When question={question} change={change} units={kUnits} optional />
      <Who question={question} change={change} split="any" event={event} />
    </>
  );
}
