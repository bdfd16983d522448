import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { SegmentWindow } from '@/api/types';
import { DurationPick, EventPick, WordPick } from './Picks';

type Form = 'ever' | 'last' | 'before' | 'between' | 'this' | 'fixed' | 'since';
const kForms: readonly Form[] = ['ever', 'last', 'before', 'between', 'this', 'fixed', 'since'];
const kPeriods = ['day', 'week', 'month'] as const;

const days = (count: number) => ({ count, unit: 'day' as const });
const kFresh: Record<Form, SegmentWindow | undefined> = {
  ever: undefined,
  last: { last: days(30) },
  before: { before: days(30) },
  between: { last: days(60), before: days(30) },
  this: { this: 'month' },
  fixed: { from: '', to: '' },
  since: { since: { event: '', which: 'first' } },
};

export function formOf(window: SegmentWindow | undefined): Form {
  if (!window) return 'ever';
  if (window.since) return 'since';
  if (window.from !== undefined || window.to !== undefined) return 'fixed';
  if (window.this) return 'this';
  if (window.last && window.before) return 'between';
  return window.before ? 'before' : 'last';
}

interface Props {
  value: SegmentWindow | undefined;
  onChange: (window: SegmentWindow | undefined) => void;
  /** The forms that this condition takes. */
  without?: readonly Form[];
}

/** When: ever, in the last n days, before, this month, between two days, since another event. */
export function WindowEditor({ value, onChange, without = [] }: Props) {
  const { t } = useTranslation();
  const form = formOf(value);
  const day = (member: 'from' | 'to') => (
    <Input
      type="date"
      size="small"
      style={{ width: 140 }}
      aria-label={t(`segment.window_${member}`)}
      value={value?.[member]?.slice(0, 10) ?? ''}
      onChange={({ target }) => {
        const next = { ...value };
        if (target.value) next[member] = target.value;
        else delete next[member];
        onChange(next);
      }}
    />
  );
  return (
    <>
      <WordPick
        kind="segment_window"
        label={t('segment.when')}
        options={kForms.filter((one) => !without.includes(one))}
        value={form}
        onChange={(next) => onChange(kFresh[next])}
      />
      {value?.last ? (
        <DurationPick value={value.last} onChange={(last) => onChange({ ...value, last })} />
      ) : null}
      {value?.before ? (
        <DurationPick value={value.before} onChange={(before) => onChange({ ...value, before })} />
      ) : null}
      {value?.this ? (
        <WordPick
          kind="units"
          label={t('segment.when')}
          options={kPeriods}
          value={value.this}
          onChange={(next) => onChange({ this: next })}
        />
      ) : null}
      {form === 'fixed' ? (
        <>
          {day('from')} – {day('to')}
        </>
      ) : null}
      {value?.since ? (
        <>
          <WordPick
            kind="segment_which"
            label={t('segment.which')}
            options={['first', 'last'] as const}
            value={value.since.which ?? 'first'}
            onChange={(which) => onChange({ since: { ...value.since, which } })}
          />
          <EventPick
            value={value.since}
            onChange={(choice) =>
              onChange({ since: { which: value.since?.which ?? 'first', ...choice } })
            }
          />
        </>
      ) : null}
    </>
  );
}
