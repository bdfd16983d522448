import { useTranslation } from 'react-i18next';
import { NumberInput } from '@/shared/NumberInput';
import { At } from '../At';
import { Pick } from '../Pick';
import { choicesOf } from '../selector';
import { SelectorEditor } from '../SelectorEditor';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';
import type { FormProps } from './form';
import { Part } from './Part';
import { kDays, kUnits, When } from './When';
import { Who } from './Who';

export function LifecycleForm({ question, change }: FormProps<'lifecycle'>) {
  const { t } = useTranslation();
  return (
    <>
      <Part title={t('ask.part_active')}>
        <SelectorEditor
          path="select"
          value={question.select}
          onChange={(select) => change({ select })}
        />
      </Part>
      <When question={question} change={change} units={kDays} preset="week" />
      <Who question={question} change={change} />
    </>
  );
}

export function StickinessForm({ question, change }: FormProps<'stickiness'>) {
  const { t } = useTranslation();
  const say = useSay();
  return (
    <>
      <Part title={t('ask.part_active')}>
        <SelectorEditor
          path="select"
          value={question.select}
          onChange={(select) => change({ select })}
        />
        <At path="minimum_count">
          <Sentence
            text={say('minimum_period')}
            parts={{
              n: (
                <NumberInput
                  aria-label={t('ask.minimum')}
                  min={1}
                  max={1000}
                  value={question.minimum_count ?? 1}
                  onChange={(n) => change({ minimum_count: n === 1 || !n ? undefined : n })}
                  style={{ width: 60 }}
                />
              ),
            }}
          />
        </At>
      </Part>
      <When question={question} change={change} units={kUnits} />
      <Who
        question={question}
        change={change}
        split="people"
        event={choicesOf(question.select)[0]}
      />
    </>
  );
}

export function ActiveForm({ question, change }: FormProps<'active'>) {
  const { t } = useTranslation();
  const say = useSay();
  return (
    <>
      <Part title={t('ask.part_active')}>
        <SelectorEditor
          path="select"
          value={question.select ?? { any_event: true }}
          onChange={(select) => change({ select })}
        />
      </Part>
      <When question={question} change={change} />
      <Part title={t('ask.part_rules')}>
        <At path="windows">
          <Sentence
            text={say('windows')}
            parts={{
              windows: (
                <Pick
                  kind="windows"
                  label={t('ask.windows')}
                  options={['trailing', 'calendar']}
                  value={question.windows ?? 'trailing'}
                  onChange={(windows) => change({ windows })}
                />
              ),
            }}
          />
        </At>
      </Part>
      <Who question={question} change={change} />
    </>
  );
}
