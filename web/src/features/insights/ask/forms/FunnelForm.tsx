import { useTranslation } from 'react-i18next';
import { Pick } from '../Pick';
import { PropertyPicker } from '../PropertyPicker';
import { choicesOf } from '../selector';
import { At } from '../At';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';
import { Exclusions } from './Exclusions';
import type { FormProps } from './form';
import { FunnelRules } from './FunnelRules';
import { Part } from './Part';
import { Selectors } from './Selectors';
import { kUnits, When } from './When';
import { Who } from './Who';

export function FunnelForm({ question, change }: FormProps<'funnel'>) {
  const { t } = useTranslation();
  const say = useSay();
  const first = question.steps[0];
  return (
    <>
      <Part title={t('ask.part_steps')}>
        <Selectors
          ordered
          path="steps"
          add={t('ask.add_step')}
          fewest={2}
          most={32}
          label={(n) => t('ask.step', { n })}
          value={question.steps}
          onChange={(steps) => change({ steps })}
        />
      </Part>
      <Part title={t('ask.part_rules')}>
        <FunnelRules question={question} change={change} />
        {question.semantics === 'clickhouse' ? null : (
          <>
            <At path="held_property">
              <Sentence
                text={say('held')}
                parts={{
                  property: (
                    <PropertyPicker
                      clearable
                      label={t('ask.held')}
                      event={first && choicesOf(first)[0]}
                      value={question.held_property}
                      onChange={(held) => change({ held_property: held })}
                    />
                  ),
                }}
              />
            </At>
            <Exclusions
              value={question.exclusions}
              steps={question.steps.length}
              onChange={(exclusions) => change({ exclusions })}
            />
          </>
        )}
      </Part>
      <When question={question} change={change} units={kUnits} optional />
      <Who question={question} change={change} split="any" event={first && choicesOf(first)[0]} />
      {question.breakdown?.event_property === undefined &&
      !question.breakdown?.event_name ? null : (
        <Sentence
          text={say('touch')}
          parts={{
            touch: (
              <Pick
                kind="touch"
                label={t('ask.touch')}
                options={['first', 'last']}
                value={question.breakdown_touch ?? 'first'}
                onChange={(touch) => change({ breakdown_touch: touch })}
              />
            ),
          }}
        />
      )}
    </>
  );
}
