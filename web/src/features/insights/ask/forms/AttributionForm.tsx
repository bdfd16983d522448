import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useWords } from '@/shared/use_words';
import { At } from '../At';
import { DurationEditor } from '../DurationEditor';
import { PropertyPicker } from '../PropertyPicker';
import { choicesOf } from '../selector';
import { SelectorEditor } from '../SelectorEditor';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';
import { NumberInput } from '@/shared/NumberInput';
import type { FormProps } from './form';
import { More } from './More';
import { Part } from './Part';
import { Selectors } from './Selectors';
import { When } from './When';
import { Who } from './Who';

const kModels = ['first', 'last', 'linear', 'position', 'time_decay'] as const;

export function AttributionForm({ question, change }: FormProps<'attribution'>) {
  const { t } = useTranslation();
  const say = useSay();
  const word = useWords();
  const models = question.models ?? ['last'];
  const firstTouch = question.touches[0];
  const property = (
    name: 'value_property' | 'touch_property',
    event: Parameters<typeof PropertyPicker>[0]['event'],
  ) => (
    <At path={name}>
      <PropertyPicker
        clearable
        event={event}
        label={t(`ask.${name}`)}
        value={question[name]}
        onChange={(value) => change({ [name]: value })}
      />
    </At>
  );
  return (
    <>
      <Part title={t('ask.part_conversion')}>
        <SelectorEditor
          path="conversion"
          value={question.conversion}
          onChange={(conversion) => change({ conversion })}
        />
        <Sentence
          text={say('value_property')}
          parts={{ property: property('value_property', choicesOf(question.conversion)[0]) }}
        />
      </Part>
      <Part title={t('ask.part_touches')}>
        <Selectors
          path="touches"
          add={t('ask.add_touch')}
          fewest={1}
          most={32}
          label={(n) => t('ask.touch_n', { n })}
          value={question.touches}
          onChange={(touches) => change({ touches })}
        />
        <Sentence
          text={say('touch_property')}
          parts={{ property: property('touch_property', firstTouch && choicesOf(firstTouch)[0]) }}
        />
      </Part>
      <Part title={t('ask.part_rules')}>
        <At path="models">
          <Select
            className="pick values"
            mode="multiple"
            aria-label={t('ask.models')}
            value={models}
            onChange={(next) => change({ models: next })}
            options={kModels.map((value) => ({ value, label: word('model', value) }))}
          />
        </At>
        <Sentence
          text={say('look_back')}
          parts={{
            duration: (
              <DurationEditor
                path="look_back"
                label={t('ask.look_back')}
                value={question.look_back ?? { count: 30, unit: 'day' }}
                onChange={(back) => change({ look_back: back })}
              />
            ),
          }}
        />
        {models.includes('time_decay') ? (
          <Sentence
            text={say('half_life')}
            parts={{
              duration: (
                <DurationEditor
                  path="half_life"
                  label={t('ask.half_life')}
                  value={question.half_life ?? { count: 7, unit: 'day' }}
                  onChange={(half) => change({ half_life: half })}
                />
              ),
            }}
          />
        ) : null}
        <More set={question.most_rows !== undefined}>
          <At path="most_rows">
            <Sentence
              text={say('most_rows')}
              parts={{
                n: (
                  <NumberInput
                    aria-label={t('ask.most_rows')}
                    min={1}
                    max={500}
                    value={question.most_rows ?? 50}
                    onChange={(n) => change({ most_rows: n ?? undefined })}
                    style={{ width: 70 }}
                  />
                ),
              }}
            />
          </At>
        </More>
      </Part>
      <When question={question} change={change} />
      <Who question={question} change={change} />
    </>
  );
}
