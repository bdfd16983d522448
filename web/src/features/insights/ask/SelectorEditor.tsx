import { CloseOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Condition, EventChoice, Selector } from '@/api/types';
import { At } from './At';
import { ConditionEditor } from './ConditionEditor';
import { EventPicker } from './EventPicker';
import { LateInput } from './LateInput';
import { choicesOf, isChosen, placeOf, withChoices } from './selector';
import { Sentence } from './Sentence';
import { useSay } from './use_say';

interface ChoiceProps {
  choice: EventChoice;
  onChange: (choice: EventChoice) => void;
  onRemove?: (() => void) | undefined;
  path: string;
  label?: string | undefined;
  /** What else can be added beside its conditions. */
  more?: ReactNode;
}

export function ChoiceEditor({ choice, onChange, onRemove, path, label, more }: ChoiceProps) {
  const { t } = useTranslation();
  return (
    <div>
      <At path={path}>
        <div className="sentence">
          <At path={`${path}.event`}>
            <EventPicker
              value={choice}
              {...(label ? { label } : {})}
              // Another event has other properties: the conditions of the old one go.
              onChange={onChange}
            />
          </At>
          {onRemove ? (
            <Button
              type="text"
              size="small"
              aria-label={t('ask.remove_event')}
              icon={<CloseOutlined />}
              onClick={onRemove}
            />
          ) : null}
        </div>
      </At>
      <ConditionEditor
        scope="event"
        more={more}
        event={choice}
        path={`${path}.where`}
        value={choice.where}
        onChange={(where) => {
          const { where: _, ...rest } = choice;
          onChange(where ? { ...rest, where: where as Condition } : rest);
        }}
      />
    </div>
  );
}

/** The selector under another name; none: what its events are called. */
function renamed(selector: Selector, name: string | undefined): Selector {
  const { name: _, ...rest } = selector;
  return name === undefined ? rest : { ...rest, name };
}

interface Props {
  value: Selector;
  onChange: (selector: Selector) => void;
  path: string;
  label?: string;
}

/** Which events count: one, or any of several, each with its conditions. */
export function SelectorEditor({ value, onChange, path, label }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  const choices = choicesOf(value);
  const put = (next: EventChoice[]) => onChange(withChoices(value, next));
  const another =
    isChosen(value) && !choices.some((choice) => choice.any_event && !choice.where) ? (
      <Button type="link" size="small" onClick={() => put([...choices, {}])}>
        + {t('ask.or_event')}
      </Button>
    ) : null;
  const named = value.name !== undefined;
  const naming =
    named || !isChosen(value) ? null : (
      <Button
        type="link"
        size="small"
        onClick={() => onChange(renamed(value, choices[0]?.event ?? t('ask.any_event')))}
      >
        + {t('ask.add_name')}
      </Button>
    );
  return (
    <div className="selector">
      {choices.map((choice, i) => (
        <div key={i}>
          {i > 0 ? <span className="quiet small">{t('ask.or')}</span> : null}
          <ChoiceEditor
            choice={choice}
            label={label}
            more={
              i === choices.length - 1 ? (
                <>
                  {another}
                  {naming}
                </>
              ) : null
            }
            path={placeOf(value, path, i)}
            onChange={(next) => put(choices.map((one, at) => (at === i ? next : one)))}
            onRemove={
              choices.length > 1 ? () => put(choices.filter((_, at) => at !== i)) : undefined
            }
          />
        </div>
      ))}
      {named ? (
        <At path={`${path}.name`}>
          <Sentence
            text={say('named')}
            parts={{
              name: (
                <LateInput
                  label={t('ask.name')}
                  value={value.name ?? ''}
                  onChange={(name) => onChange(renamed(value, name || undefined))}
                />
              ),
            }}
          />
        </At>
      ) : null}
    </div>
  );
}
