import type { SegmentRule } from '@/api/types';
import { ConsentEditor } from './ConsentEditor';
import { DidEditor } from './DidEditor';
import { FactEditor } from './FactEditor';
import { EventPick } from './Picks';
import { SegmentPick } from './SegmentPick';
import { SequenceEditor } from './SequenceEditor';
import { TraitEditor } from './TraitEditor';
import { WindowEditor } from './WindowEditor';

interface Props<T> {
  value: T;
  onChange: (value: T) => void;
}
type Of<K extends string> = Extract<SegmentRule, Record<K, unknown>>;
type Edge = Of<'first_did'>['first_did'];

function EdgeEditor({ value, onChange }: Props<Edge>) {
  return (
    <>
      <EventPick
        value={value}
        onChange={(choice) => onChange({ ...choice, window: value.window })}
      />
      <WindowEditor
        value={value.window}
        onChange={(window) => window && onChange({ ...value, window })}
        without={['ever', 'since']}
      />
    </>
  );
}

/** One condition, without the "not" around it. */
export function LeafEditor({ value, onChange, self }: Props<SegmentRule> & { self?: string }) {
  if ('did' in value) return <DidEditor value={value.did} onChange={(did) => onChange({ did })} />;
  if ('trait' in value)
    return <TraitEditor value={value.trait} onChange={(trait) => onChange({ trait })} />;
  if ('first_did' in value)
    return <EdgeEditor value={value.first_did} onChange={(to) => onChange({ first_did: to })} />;
  if ('last_did' in value)
    return <EdgeEditor value={value.last_did} onChange={(to) => onChange({ last_did: to })} />;
  if ('sequence' in value)
    return <SequenceEditor value={value.sequence} onChange={(to) => onChange({ sequence: to })} />;
  if ('segment' in value)
    return (
      <SegmentPick
        value={value.segment}
        onChange={(segment) => onChange({ segment })}
        {...(self ? { not: self } : {})}
      />
    );
  if ('fact' in value)
    return <FactEditor value={value.fact} onChange={(fact) => onChange({ fact })} />;
  if ('consent' in value)
    return <ConsentEditor value={value.consent} onChange={(consent) => onChange({ consent })} />;
  return null;
}
