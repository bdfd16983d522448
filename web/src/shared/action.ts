// Actions on chosen people as requests.
import { api, must } from '@/api/client';
import type { ActionOutcome } from '@/api/value_types';

export type ActionKind = 'list' | 'coupon' | 'points' | 'follow_up';
/** Chosen one by one, or all of a set. */
export type Whom = { people: number[] } | { set: string };

export const kActions: readonly { kind: ActionKind; right: string }[] = [
  { kind: 'list', right: 'segments.write' },
  { kind: 'coupon', right: 'loyalty.write' },
  { kind: 'points', right: 'loyalty.write' },
  { kind: 'follow_up', right: 'customers.write' },
];

/** In place of a list: one of the name in `text` is made. */
export const kNewList = 'new';

/** What is filled in; empty texts and null are not yet. */
export interface Filled {
  segment: string;
  programme: string;
  batch: string;
  points: number | null;
  text: string;
  due: string | null;
}
export const kEmpty: Filled = {
  segment: '',
  programme: '',
  batch: '',
  points: null,
  text: '',
  due: null,
};

export function isComplete(kind: ActionKind, filled: Filled): boolean {
  switch (kind) {
    case 'list':
      return filled.segment === kNewList ? filled.text.trim() !== '' : filled.segment !== '';
    case 'coupon':
      return filled.programme !== '' && filled.batch !== '';
    case 'points':
      return filled.programme !== '' && (filled.points ?? 0) > 0 && filled.text.trim() !== '';
    case 'follow_up':
      return filled.text.trim() !== '' && filled.due !== null;
  }
}

async function putOnList(
  common: Whom & { request_id: string; dry_run: boolean },
  segment: string,
  name: string,
): Promise<ActionOutcome> {
  let id = segment;
  if (segment === kNewList && !common.dry_run) {
    const made = await must(
      api.POST('/v1/segments', {
        body: { name, kind: 'static', announce: true, from: { identifiers: [] } },
      }),
    );
    id = made.id;
  }
  return must(api.POST('/v1/actions/list', { body: { ...common, segment: id } }));
}

export function act(
  kind: ActionKind,
  whom: Whom,
  filled: Filled,
  request_id: string,
  dry_run: boolean,
): Promise<ActionOutcome> {
  const common = { ...whom, request_id, dry_run };
  const { segment, programme, batch, text } = filled;
  switch (kind) {
    case 'list':
      return putOnList(common, segment, text);
    case 'coupon':
      return must(api.POST('/v1/actions/coupon', { body: { ...common, programme, batch } }));
    case 'points':
      return must(
        api.POST('/v1/actions/points', {
          body: { ...common, programme, text, points: filled.points ?? 0 },
        }),
      );
    case 'follow_up':
      return must(
        api.POST('/v1/actions/follow-up', {
          body: { ...common, text, due_at: filled.due ?? '' },
        }),
      );
  }
}
