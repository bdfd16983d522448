import { CloseOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { EventChoice } from '@/api/types';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { At } from '../At';
import { EventPicker } from '../EventPicker';
import { PropertyPicker } from '../PropertyPicker';
import { patched, type QuestionOf } from '../questions';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';

const kTop = 10;
const kMostValues = 50;
const kMostEvents = 32;

type Split = NonNullable<QuestionOf<'paths'>['split']>;
interface Props {
  value: Split | undefined;
  onChange: (split: Split | undefined) => void;
}

/** Whose values are told apart; nothing chosen: of all events that carry the property. */
function SplitEvents({ value, onChange }: { value: Split; onChange: (split: Split) => void }) {
  const { t } = useTranslation();
  const events = value.events ?? [];
  const put = (next: EventChoice[]) =>
    onChange(patched(value, { events: next.length ? next : undefined }));
  return (
    <>
      {events.map((event, i) => (
        <div key={i} className="sentence">
          <At path={`split.events[${i}]`}>
            <EventPicker
              value={event}
              onChange={(next) => put(events.map((one, at) => (at === i ? next : one)))}
            />
          </At>
          <Button
            type="text"
            size="small"
            aria-label={t('ask.remove_event')}
            icon={<CloseOutlined />}
            onClick={() => put(events.filter((_, at) => at !== i))}
          />
        </div>
      ))}
      {events.length < kMostEvents ? (
        <div className="adders">
          <Button type="link" size="small" onClick={() => put([...events, {}])}>
            + {t('ask.split_event')}
          </Button>
        </div>
      ) : null}
    </>
  );
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
      <div className="sentence">
        <Sentence
          text={say('paths_split')}
          parts={{
            property: (
              <At path="split.property">
                <PropertyPicker
                  event={value.events?.[0]}
                  value={value.property}
                  label={t('ask.split_property')}
                  onChange={(property) => onChange({ ...value, property: property ?? '' })}
                />
              </At>
            ),
            n: (
              <NeededNumber
                aria-label={t('ask.top')}
                min={1}
                max={kMostValues}
                value={value.top ?? kTop}
                onChange={(top) => onChange({ ...value, top })}
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
      </div>
      <SplitEvents value={value} onChange={onChange} />
    </At>
  );
}
