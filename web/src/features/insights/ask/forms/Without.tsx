import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { EventChoice } from '@/api/types';
import { At } from '../At';
import { ChoiceEditor } from '../SelectorEditor';

const kMost = 32;

interface Props {
  value: EventChoice[] | undefined;
  onChange: (choices: EventChoice[] | undefined) => void;
}

/** Events that do not count as steps of a path. */
export function Without({ value = [], onChange }: Props) {
  const { t } = useTranslation();
  const put = (choices: EventChoice[]) => onChange(choices.length ? choices : undefined);
  return (
    <At path="without">
      {value.length > 0 ? <span className="quiet">{t('ask.without')}</span> : null}
      {value.map((choice, i) => (
        <ChoiceEditor
          key={i}
          choice={choice}
          path={`without[${i}]`}
          onChange={(next) => put(value.map((one, at) => (at === i ? next : one)))}
          onRemove={() => put(value.filter((_, at) => at !== i))}
        />
      ))}
      {value.length < kMost ? (
        <div className="adders">
          <Button type="link" size="small" onClick={() => put([...value, {}])}>
            + {t('ask.leave_out_event')}
          </Button>
        </div>
      ) : null}
    </At>
  );
}
