import { Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { At } from '../At';
import { LateInput } from '../LateInput';
import { PropertyPicker } from '../PropertyPicker';
import type { QuestionOf } from '../questions';
import { choicesOf } from '../selector';
import { SelectorEditor } from '../SelectorEditor';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';
import type { FormProps } from './form';
import { More } from './More';
import { numbersOf } from './numbers';
import { Part } from './Part';
import { When } from './When';
import { Who } from './Who';

type Breaks = NonNullable<QuestionOf<'rfm'>['breaks']>;

const kBreaks: Breaks = {
  recency_days: [30, 60, 90, 180],
  frequency: [2, 3, 5, 10],
  value: [50, 100, 250, 500],
};
const kRows = Object.keys(kBreaks) as (keyof Breaks)[];

interface Props {
  value: Breaks | undefined;
  onChange: (breaks: Breaks | undefined) => void;
}

/** The limits between the five scores: fifths of the people, or chosen ones. */
function BreaksEditor({ value, onChange }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  return (
    <At path="breaks">
      <label className="sentence">
        <Switch
          size="small"
          checked={value !== undefined}
          onChange={(on) => onChange(on ? kBreaks : undefined)}
        />
        {t('ask.own_breaks')}
      </label>
      {value
        ? kRows.map((row) => (
            <At key={row} path={`breaks.${row}`}>
              <Sentence
                text={say(`breaks_${row}`)}
                parts={{
                  borders: (
                    <LateInput
                      label={t(`ask.breaks_${row}`)}
                      value={value[row].join(', ')}
                      onChange={(text) => onChange({ ...value, [row]: numbersOf(text) ?? [] })}
                    />
                  ),
                }}
              />
            </At>
          ))
        : null}
    </At>
  );
}

export function RfmForm({ question, change }: FormProps<'rfm'>) {
  const { t } = useTranslation();
  const say = useSay();
  const select = question.select ?? { event: 'Order Completed' };
  return (
    <>
      <Part title={t('ask.part_purchase')}>
        <SelectorEditor
          path="select"
          value={select}
          // Another event carries its amount in another property.
          onChange={(next) => change({ select: next, value_property: undefined })}
        />
        <At path="value_property">
          <Sentence
            text={say('rfm_value')}
            parts={{
              property: (
                <PropertyPicker
                  clearable
                  label={t('ask.rfm_value_chosen')}
                  event={choicesOf(select)[0]}
                  value={question.value_property}
                  onChange={(property) => change({ value_property: property })}
                />
              ),
            }}
          />
        </At>
        <More set={question.breaks !== undefined}>
          <BreaksEditor value={question.breaks} onChange={(breaks) => change({ breaks })} />
        </More>
      </Part>
      <When question={question} change={change} />
      <Who question={question} change={change} />
    </>
  );
}
