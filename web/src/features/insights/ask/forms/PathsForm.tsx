import { Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { At } from '../At';
import { Pick } from '../Pick';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';
import type { FormProps } from './form';
import { OptionalSelector } from './Optional';
import { Part } from './Part';
import { PathSplit } from './PathSplit';
import { Selectors } from './Selectors';
import { When } from './When';
import { Without } from './Without';
import { Who } from './Who';

const kOccurrences = ['first', 'last', 'every'] as const;

export function PathsForm({ question, change }: FormProps<'paths'>) {
  const { t } = useTranslation();
  const say = useSay();
  const number = (label: string, value: number, put: (n: number) => void, max: number, min = 1) => (
    <NeededNumber
      aria-label={label}
      min={min}
      max={max}
      value={value}
      onChange={put}
      style={{ width: 66 }}
    />
  );
  return (
    <>
      <OptionalSelector
        title={t('ask.part_from')}
        none={t('ask.from_session')}
        path="from"
        value={question.from}
        onChange={(from) => change({ from })}
      />
      <OptionalSelector
        title={t('ask.part_to')}
        none={t('ask.to_anywhere')}
        path="to"
        value={question.to}
        onChange={(to) => change({ to })}
      />
      <Part title={t('ask.part_path_events')}>
        {question.events ? null : <span className="quiet">{t('ask.all_events')}</span>}
        <Selectors
          path="events"
          add={t('ask.only_event')}
          fewest={0}
          most={32}
          label={(n) => t('ask.event_n', { n })}
          value={question.events ?? []}
          onChange={(events) => change({ events: events.length ? events : undefined })}
        />
        <Without value={question.without} onChange={(without) => change({ without })} />
        <PathSplit value={question.split} onChange={(split) => change({ split })} />
      </Part>
      <Part title={t('ask.part_rules')}>
        <At path="length">
          <Sentence
            text={say('paths')}
            parts={{
              length: number(
                t('ask.length'),
                question.length ?? 5,
                (n) => change({ length: n }),
                20,
                2,
              ),
              gap: number(
                t('ask.gap'),
                question.session_gap_minutes ?? 30,
                (n) => change({ session_gap_minutes: n }),
                1440,
              ),
            }}
          />
        </At>
        {question.from || question.to ? (
          <At path="occurrence">
            <Sentence
              text={say('paths_occurrence')}
              parts={{
                which: (
                  <Pick
                    kind="occurrence"
                    label={t('ask.occurrence')}
                    options={kOccurrences}
                    value={question.occurrence ?? 'first'}
                    onChange={(occurrence) => change({ occurrence })}
                  />
                ),
              }}
            />
          </At>
        ) : null}
        <At path="most_edges">
          <Sentence
            text={say('paths_limits')}
            parts={{
              edges: number(
                t('ask.most_edges'),
                question.most_edges ?? 50,
                (n) => change({ most_edges: n }),
                500,
              ),
              people: number(
                t('ask.fewest_people'),
                question.fewest_people ?? 1,
                (n) => change({ fewest_people: n }),
                1_000_000,
              ),
            }}
          />
        </At>
        <label className="sentence">
          <Switch
            size="small"
            checked={question.merge_repeats ?? true}
            onChange={(on) => change({ merge_repeats: on })}
          />
          {t('ask.merge_repeats')}
        </label>
      </Part>
      <When question={question} change={change} />
      <Who question={question} change={change} />
    </>
  );
}
