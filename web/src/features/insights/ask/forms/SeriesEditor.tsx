import { DeleteOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { At } from '../At';
import { Pick } from '../Pick';
import { PropertyPicker } from '../PropertyPicker';
import type { QuestionOf } from '../questions';
import { choicesOf } from '../selector';
import { SelectorEditor } from '../SelectorEditor';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';

type Series = QuestionOf<'trends'>['series'][number];

const kMeasures = [
  'people',
  'count',
  'per_person',
  'sum',
  'average',
  'minimum',
  'maximum',
  'percentile',
] as const;
const kPercentiles = [25, 50, 75, 90, 95, 99] as const;
const kPlain = new Set<string>(['people', 'count', 'per_person']);

/** The letter of the n-th series, as formulas and answers call it. */
const letterOf = (i: number): string => String.fromCharCode(65 + i);

interface Props {
  value: Series;
  i: number;
  onChange: (series: Series) => void;
  onRemove?: (() => void) | undefined;
}

export function SeriesEditor({ value, i, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  const path = `series[${i}]`;
  const event = choicesOf(value.select)[0];
  return (
    <At path={path}>
      <div className="item">
        <b className="letter">{letterOf(i)}</b>
        <div className="grow">
          <Sentence
            text={say(
              kPlain.has(value.measure)
                ? 'series'
                : value.measure === 'percentile'
                  ? 'series_percentile'
                  : 'series_property',
            )}
            parts={{
              measure: (
                <Pick
                  kind="trends_measure"
                  label={t('ask.measure')}
                  options={kMeasures}
                  value={value.measure}
                  onChange={(measure) => {
                    const { property, percentile: _, ...rest } = value;
                    onChange({
                      ...rest,
                      measure,
                      ...(kPlain.has(measure) ? {} : { property: property ?? '' }),
                    });
                  }}
                />
              ),
              property: (
                <At path={`${path}.property`}>
                  <PropertyPicker
                    event={event}
                    value={value.property}
                    onChange={(property) => onChange({ ...value, property: property ?? '' })}
                  />
                </At>
              ),
              percentile: (
                <Select
                  className="pick"
                  aria-label={t('ask.percentile')}
                  value={value.percentile ?? 50}
                  onChange={(percentile) => onChange({ ...value, percentile })}
                  options={kPercentiles.map((one) => ({ value: one, label: one }))}
                />
              ),
            }}
          />
          <SelectorEditor
            path={`${path}.select`}
            value={value.select}
            onChange={(select) => onChange({ ...value, select })}
          />
        </div>
        {onRemove ? (
          <Button
            type="text"
            size="small"
            aria-label={t('ask.remove_series', { letter: letterOf(i) })}
            icon={<DeleteOutlined />}
            onClick={onRemove}
          />
        ) : null}
      </div>
    </At>
  );
}
