// A rule as a sentence that can be read aloud: "did Order at least 3 times in the last 90 days, and
// did not do View in the last 30 days".
import type { SegmentRule, SegmentWindow } from '@/api/types';
import { familyOf, nameOfFact, wordOfFact, type Speaker } from './facts';
import { groupOf } from './rule';

type Choice = { event?: string; any_event?: boolean; type?: string };
type Did = Extract<SegmentRule, { did: unknown }>['did'];
type Trait = Extract<SegmentRule, { trait: unknown }>['trait'];

const eventOf = ({ say }: Speaker, choice: Choice): string =>
  choice.any_event ? say('any_event') : choice.event || '…';

const length = ({ say }: Speaker, { count, unit }: { count: number; unit: string }): string =>
  say(`length_${unit}`, { count });

function when(speaker: Speaker, window: SegmentWindow | undefined): string {
  const { say } = speaker;
  if (!window) return say('ever');
  const parts: string[] = [];
  if (window.last && window.before)
    parts.push(
      say('between_ago', {
        from: length(speaker, window.last),
        to: length(speaker, window.before),
      }),
    );
  else if (window.last) parts.push(say('last', { length: length(speaker, window.last) }));
  else if (window.before) parts.push(say('before', { length: length(speaker, window.before) }));
  if (window.this) parts.push(say(`this_${window.this}`));
  if (window.from) parts.push(say('from', { day: window.from }));
  if (window.to) parts.push(say('to', { day: window.to }));
  if (window.since) {
    const { since } = window;
    const event = eventOf(speaker, since);
    const key = since.which === 'last' ? 'since_last' : 'since_first';
    parts.push(
      since.within
        ? say('since_within', { since: say(key, { event }), length: length(speaker, since.within) })
        : say(key, { event }),
    );
  }
  return parts.join(say('comma'));
}

const valueOf = ({ say }: Speaker, value: unknown): string =>
  (Array.isArray(value) ? value : [value ?? '…']).map(String).join(say('or'));

function measured(speaker: Speaker, did: Did): string {
  const { say, word } = speaker;
  const { measure = 'count', op = 'at_least', value = 1, property = '…' } = did;
  if (measure === 'count' && op === 'at_least' && value === 1) return '';
  const compared = `${word('op', op)} ${op.endsWith('set') ? '' : valueOf(speaker, value)}`.trim();
  if (measure === 'count' || measure === 'days') {
    const known = ['at_least', 'at_most', 'is'].includes(op) ? op : 'other';
    return say(`${measure}_${known}`, { value: valueOf(speaker, value), compared });
  }
  return say('of_property', { measure: word('segment_measure', measure), property, compared });
}

function traitOf(speaker: Speaker, { property, op, value, days = 0 }: Trait): string {
  const { say, word } = speaker;
  const name = property || '…';
  if (op.startsWith('within') || op === 'more_than_ago' || op === 'anniversary_within_next')
    return say(`trait_${op}`, { property: name, count: days });
  const text = op.endsWith('_set') ? '' : ` ${valueOf(speaker, value)}`;
  const own = ['has_all', 'before', 'on_or_after'].includes(op);
  return `${name} ${word(own ? 'segment_op' : 'op', op)}${text}`;
}

function leaf(speaker: Speaker, rule: SegmentRule, denied: boolean): string {
  const { say, word } = speaker;
  const not = denied ? 'not_' : '';
  if ('did' in rule) {
    const fields = {
      event: eventOf(speaker, rule.did),
      measured: measured(speaker, rule.did),
      when: when(speaker, rule.did.window),
    };
    return say(`${not}did`, fields).replace(/ +/g, ' ').trim();
  }
  let text = '';
  if ('trait' in rule) text = traitOf(speaker, rule.trait);
  else if ('first_did' in rule || 'last_did' in rule) {
    const first = 'first_did' in rule;
    const edge = first
      ? rule.first_did
      : (rule as Extract<SegmentRule, { last_did: unknown }>).last_did;
    text = say(first ? 'first_did' : 'last_did', {
      event: eventOf(speaker, edge),
      when: when(speaker, edge.window),
    });
  } else if ('sequence' in rule) {
    const { steps, without, within, window } = rule.sequence;
    text = say('sequence', { steps: steps.map((one) => eventOf(speaker, one)).join(say('then')) });
    if (within) text += say('comma') + say('within', { length: length(speaker, within) });
    if (without?.length)
      text +=
        say('comma') +
        say('without', { events: without.map((one) => eventOf(speaker, one)).join(say('or')) });
    if (window) text += say('comma') + when(speaker, window);
  } else if ('segment' in rule)
    return say(`${not}in_segment`, { name: speaker.segment(rule.segment) });
  else if ('fact' in rule) {
    const { name, is } = rule.fact;
    const words = is.map((one) => wordOfFact(speaker, name, one)).join(say('or')) || '…';
    const heldOut = familyOf(name) === 'hold_out';
    text = say(heldOut ? 'held_out' : 'fact', { name: nameOfFact(speaker, name), words });
  } else if ('consent' in rule) {
    const { channel, topic, is } = rule.consent;
    text = say(topic ? 'consent_topic' : 'consent', {
      channel: word('tag_channel', channel),
      topic: topic ? speaker.topic(topic) : '',
      words: is.map((one) => word('consent', one)).join(say('or')) || '…',
    });
  }
  return denied ? say('not', { part: text }) : text;
}

/** `inner`: within another sentence, where a group of several stands in brackets. */
export function sentenceOf(speaker: Speaker, rule: SegmentRule, inner = false): string {
  const { say } = speaker;
  const group = groupOf(rule);
  if (!group) {
    return 'not' in rule ? leaf(speaker, rule.not, true) : leaf(speaker, rule, false);
  }
  const { join, parts } = group;
  if (parts.length === 0) return say(join.endsWith('any') ? 'nobody' : 'anybody');
  const nested = parts.length > 1 || join.startsWith('not_');
  const text = parts
    .map((part) => sentenceOf(speaker, part, nested))
    .join(say(join.endsWith('any') ? 'any' : 'all'));
  const whole = nested && inner && parts.length > 1 ? say('brackets', { text }) : text;
  if (!join.startsWith('not_')) return whole;
  return say('not', { part: parts.length > 1 && !inner ? say('brackets', { text }) : whole });
}
