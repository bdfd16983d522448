import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { SegmentDid } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { EventPick, PropertyPick, typedValue, WordPick } from './Picks';
import { WindowEditor } from './WindowEditor';

const kMeasures = [
  'count',
  'days',
  'sum',
  'average',
  'minimum',
  'maximum',
  'first',
  'last',
] as const;
const kNumberOps = ['at_least', 'at_most', 'is', 'is_not', 'greater', 'less', 'between'] as const;
const kValueOps = ['is', 'is_not', 'contains', 'at_least', 'at_most', 'is_set'] as const;

interface Props {
  value: SegmentDid;
  onChange: (did: SegmentDid) => void;
}

function Value({ value: did, onChange }: Props) {
  const { t } = useTranslation();
  const edge = did.measure === 'first' || did.measure === 'last';
  if (did.op === 'is_set') return null;
  const number = (at: number) => {
    const one: unknown = Array.isArray(did.value) ? did.value[at] : did.value;
    return typeof one === 'number' ? one : null;
  };
  if (edge) {
    return (
      <Input
        size="small"
        style={{ width: 120 }}
        aria-label={t('ask.value')}
        value={String(did.value ?? '')}
        onChange={({ target }) => onChange({ ...did, value: typedValue(target.value, true) })}
      />
    );
  }
  const put = (at: number, next: number | null) => {
    if (did.op !== 'between') return onChange({ ...did, value: next ?? 0 });
    const both = [number(0) ?? 0, number(1) ?? 1];
    both[at] = next ?? 0;
    return onChange({ ...did, value: both });
  };
  return (
    <>
      <NumberInput
        size="small"
        style={{ width: 80 }}
        aria-label={t('ask.value')}
        value={number(0)}
        onChange={(next) => put(0, next)}
      />
      {did.op === 'between' ? (
        <NumberInput
          size="small"
          style={{ width: 80 }}
          aria-label={t('ask.value_to')}
          value={number(1)}
          onChange={(next) => put(1, next)}
        />
      ) : null}
    </>
  );
}

/** did EVENT, measured, compared, when. */
export function DidEditor({ value, onChange }: Props) {
  const { t } = useTranslation();
  const measure = value.measure ?? 'count';
  const edge = measure === 'first' || measure === 'last';
  const change = (next: (typeof kMeasures)[number]) => {
    const { property = '', ...rest } = value;
    const ofProperty = next !== 'count' && next !== 'days';
    const toEdge = next === 'first' || next === 'last';
    const fresh =
      toEdge === edge
        ? {}
        : toEdge
          ? { op: 'is' as const, value: '' }
          : { op: 'at_least' as const, value: 1 };
    onChange({ ...rest, ...(ofProperty ? { property } : {}), ...fresh, measure: next });
  };
  return (
    <>
      <EventPick
        value={value}
        onChange={(choice) => {
          const { event: _event, any_event: _any, ...rest } = value;
          onChange({ ...rest, ...choice });
        }}
      />
      <WordPick
        kind="segment_measure"
        label={t('ask.measure')}
        options={kMeasures}
        value={measure}
        onChange={change}
      />
      {measure !== 'count' && measure !== 'days' ? (
        <PropertyPick
          scope="event"
          event={value.event}
          value={value.property ?? ''}
          onChange={(property) => onChange({ ...value, property })}
        />
      ) : null}
      <WordPick
        kind="op"
        label={t('ask.op')}
        options={(edge ? kValueOps : kNumberOps) as readonly NonNullable<SegmentDid['op']>[]}
        value={value.op ?? 'at_least'}
        onChange={(op) => {
          const { value: before, ...rest } = value;
          if (op === 'is_set') return onChange({ ...rest, op });
          const both = op === 'between' ? [1, 5] : Array.isArray(before) ? 1 : (before ?? 1);
          return onChange({ ...rest, op, value: both });
        }}
      />
      <Value value={value} onChange={onChange} />
      <WindowEditor
        value={value.window}
        onChange={(window) => {
          const { window: _before, ...rest } = value;
          onChange(window ? { ...rest, window } : rest);
        }}
      />
    </>
  );
}
