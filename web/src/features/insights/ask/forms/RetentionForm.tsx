import { Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { NumberInput } from '@/shared/NumberInput';
import { At } from '../At';
import { LateInput } from '../LateInput';
import { Pick } from '../Pick';
import { choicesOf } from '../selector';
import { SelectorEditor } from '../SelectorEditor';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';
import type { FormProps } from './form';
import { numbersOf } from './numbers';
import { Part } from './Part';
import { kDays, When } from './When';
import { Who } from './Who';

export function RetentionForm({ question, change }: FormProps<'retention'>) {
  const { t } = useTranslation();
  const say = useSay();
  return (
    <>
      <Part title={t('ask.part_start')}>
        <SelectorEditor
          path="start"
          value={question.start}
          onChange={(start) => change({ start })}
        />
        <label className="sentence">
          <Switch
            size="small"
            checked={question.first_time ?? true}
            onChange={(on) => change({ first_time: on })}
          />
          {t('ask.first_time')}
        </label>
      </Part>
      <Part title={t('ask.part_return')}>
        <SelectorEditor
          path="return"
          value={question.return}
          onChange={(back) => change({ return: back })}
        />
        <At path="minimum_count">
          <Sentence
            text={say('minimum')}
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
      <When question={question} change={change} units={kDays} />
      <Part title={t('ask.part_rules')}>
        <At path="time">
          <Sentence
            text={say('retention_rule')}
            parts={{
              counted: (
                <Pick
                  kind="counted"
                  label={t('ask.counted')}
                  options={['on', 'on_or_after', 'on_or_before']}
                  value={question.counted ?? 'on'}
                  onChange={(counted) => change({ counted })}
                />
              ),
              time: (
                <Pick
                  kind="time"
                  label={t('ask.time')}
                  options={['calendar', 'rolling']}
                  value={question.time ?? 'calendar'}
                  onChange={(time) => change({ time })}
                />
              ),
            }}
          />
        </At>
        {question.brackets ? null : (
          <At path="columns">
            <Sentence
              text={say('columns')}
              parts={{
                n: (
                  <NumberInput
                    aria-label={t('ask.columns')}
                    min={1}
                    max={400}
                    placeholder={t('ask.columns_all')}
                    value={question.columns ?? null}
                    onChange={(n) => change({ columns: n ?? undefined })}
                    style={{ width: 70 }}
                  />
                ),
              }}
            />
          </At>
        )}
        <At path="brackets">
          <Sentence
            text={say('brackets')}
            parts={{
              brackets: (
                <LateInput
                  label={t('ask.brackets')}
                  placeholder="0, 1, 3, 7, 14, 30"
                  value={question.brackets?.join(', ') ?? ''}
                  onChange={(text) => change({ brackets: numbersOf(text) })}
                />
              ),
            }}
          />
        </At>
      </Part>
      <Who question={question} change={change} split="any" event={choicesOf(question.start)[0]} />
    </>
  );
}
