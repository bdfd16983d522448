import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { useWords } from '@/shared/use_words';
import { At } from '../At';
import { Pick } from '../Pick';
import { Sentence } from '../Sentence';
import { useSay } from '../use_say';
import type { FormProps } from './form';

const kUnits = ['second', 'minute', 'hour', 'day', 'week', 'session'] as const;
const kSemantics = ['latest_entry', 'first_entry', 'per_day', 'clickhouse'] as const;
const kModes = [
  'strict_deduplication',
  'strict_order',
  'strict_increase',
  'strict_once',
  'allow_reentry',
] as const;

/** Window, order, which attempt counts, and what is counted. */
export function FunnelRules({ question, change }: FormProps<'funnel'>) {
  const { t } = useTranslation();
  const say = useSay();
  const word = useWords();
  const window = question.window ?? { count: 7, unit: 'day' as const };
  const session = window.unit === 'session';
  const semantics = question.semantics ?? 'latest_entry';
  return (
    <>
      <At path="window">
        <Sentence
          text={say(session ? 'window_session' : 'window')}
          parts={{
            n: (
              <NeededNumber
                aria-label={session ? t('ask.gap') : t('ask.window')}
                min={1}
                value={session ? (window.gap_minutes ?? 30) : (window.count ?? 1)}
                onChange={(n) =>
                  change({
                    window: session ? { unit: 'session', gap_minutes: n } : { ...window, count: n },
                  })
                }
                style={{ width: 70 }}
              />
            ),
            unit: (
              <Pick
                kind="units"
                label={t('ask.unit')}
                options={kUnits}
                value={window.unit}
                onChange={(unit) =>
                  change({
                    window: unit === 'session' ? { unit } : { count: window.count ?? 1, unit },
                  })
                }
              />
            ),
          }}
        />
      </At>
      {semantics === 'clickhouse' ? null : (
        <At path="order">
          <Sentence
            text={say('order')}
            parts={{
              order: (
                <Pick
                  kind="order"
                  label={t('ask.order')}
                  options={['ordered', 'strict', 'any']}
                  value={question.order ?? 'ordered'}
                  onChange={(order) => change({ order })}
                />
              ),
            }}
          />
        </At>
      )}
      <At path="semantics">
        <Sentence
          text={say('semantics')}
          parts={{
            semantics: (
              <Pick
                kind="semantics"
                label={t('ask.semantics')}
                options={kSemantics}
                value={semantics}
                onChange={(next) => change({ semantics: next, clickhouse_modes: undefined })}
              />
            ),
          }}
        />
        <p className="quiet small">{word('semantics_rule', semantics)}</p>
        {semantics === 'clickhouse' ? (
          <Select
            className="pick values"
            mode="multiple"
            aria-label={t('ask.modes')}
            placeholder={t('ask.modes')}
            value={question.clickhouse_modes ?? []}
            onChange={(modes) => change({ clickhouse_modes: modes })}
            options={kModes.map((value) => ({ value, label: value }))}
          />
        ) : null}
      </At>
      <At path="count">
        <Sentence
          text={say('count')}
          parts={{
            count: (
              <Pick
                kind="counting"
                label={t('ask.count')}
                options={['people', 'totals']}
                value={question.count ?? 'people'}
                onChange={(count) => change({ count })}
              />
            ),
          }}
        />
      </At>
    </>
  );
}
