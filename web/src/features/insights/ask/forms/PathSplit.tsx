import { CloseOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { NumberInput } from '@/shared/NumberInput';
import { At } from '../At';
import { PropertyPicker } from '../PropertyPicker';
import type { QuestionOf } from '../questions';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';

const kTop = 10;
const kMostValues = 50;

type Split = QuestionOf<'paths'>['split'];
interface Props {
  value: Split;
  onChange: (split: Split) => void;
}

/** Tells the steps of a path apart by a property of their events. */
export function PathSplit({ value, onChange }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  if (!value) {
    return (
      <div className="adders">
        <Button type="link" size="small" onClick={() => onChange({ property: '' })}>
          + {t('ask.split_steps')}
        </Button>
      </div>
    );
  }
  return (
    <At path="split">
      <Sentence
        text={say('paths_split')}
        parts={{
          property: (
            <PropertyPicker
              event={value.events?.[0]}
              value={value.property}
              onChange={(property) => onChange({ ...value, property: property ?? '' })}
            />
          ),
          n: (
            <NumberInput
              aria-label={t('ask.top')}
              min={1}
              max={kMostValues}
              value={value.top ?? kTop}
              onChange={(top) => onChange({ ...value, top: top ?? kTop })}
              style={{ width: 60 }}
            />
          ),
        }}
      />
      <Button
        type="text"
        size="small"
        aria-label={t('ask.remove_split')}
        icon={<CloseOutlined />}
        onClick={() => onChange(undefined)}
      />
    </At>
  );
}
