// The words of `set` (openapi.yaml, parameter set) taken apart, so that they can be said in a
// sentence: `activity:repeat:month:2011-08` → {kind: 'activity', what: 'repeat', …}.

import type { SegmentDefinition, SegmentRule } from '@/api/types';

export type PeopleSet =
  | { kind: 'stage'; stage: string }
  | { kind: 'cell'; cell: string }
  | { kind: 'rfm'; scores: string }
  | { kind: 'churn'; band: number }
  | { kind: 'health'; light: string }
  | { kind: 'growth'; growth: string }
  | { kind: 'left'; month: string }
  | { kind: 'left_period'; period: string }
  | { kind: 'left_why' }
  | { kind: 'uplift' }
  | { kind: 'tier'; tier: string }
  | { kind: 'flow'; month: string; from: string; to: string }
  | { kind: 'moved'; months: number; from: string; to: string }
  | { kind: 'clv'; what: 'tenth' | 'repeats' | 'forecast'; n: number }
  | { kind: 'activity'; what: string; by: string; label: string }
  | { kind: 'rate'; what: string; by: string; label: string }
  | { kind: 'triangle'; activity: string; by: string; label: string; offset: number }
  | { kind: 'campaign_verdict'; campaign: string; verdict: string }
  | { kind: 'campaign_arm'; campaign: string; arm: string }
  | { kind: 'campaign_ordered'; campaign: string; arm: string; days: number }
  | { kind: 'experiment_arm'; experiment: string; arm: string }
  | { kind: 'experiment_did'; experiment: string; measure: string; arm: string }
  | { kind: 'experiment_mixed'; experiment: string }
  | { kind: 'hold_out' | 'hold_out_treated' }
  | { kind: 'goal'; month: string; who: string }
  | { kind: 'tag'; tag: string; word: string }
  | { kind: 'people' }
  | { kind: 'level'; level: string }
  | { kind: 'segment'; id: string }
  | { kind: 'preview' }
  | { kind: 'other'; text: string };

function campaignSet(parts: string[], text: string): PeopleSet {
  const [, campaign = '', what, value = '', days] = parts;
  if (what === 'verdict') return { kind: 'campaign_verdict', campaign, verdict: value };
  if (what === 'arm') return { kind: 'campaign_arm', campaign, arm: value };
  if (what === 'ordered')
    return { kind: 'campaign_ordered', campaign, arm: value, days: Number(days) };
  return { kind: 'other', text };
}

function experimentSet(parts: string[], text: string): PeopleSet {
  const [, experiment = '', what, a = '', b = ''] = parts;
  if (what === 'arm') return { kind: 'experiment_arm', experiment, arm: a };
  if (what === 'did') return { kind: 'experiment_did', experiment, measure: a, arm: b };
  if (what === 'mixed') return { kind: 'experiment_mixed', experiment };
  return { kind: 'other', text };
}

function holdOutSet([, , what, a, b]: string[], text: string): PeopleSet {
  const arm = what === 'did' ? b : what === 'arm' ? a : what;
  if (arm === 'held_out') return { kind: 'hold_out' };
  return arm === 'treated' ? { kind: 'hold_out_treated' } : { kind: 'other', text };
}

export function parseSet(text: string): PeopleSet {
  const parts = text.split(':');
  const [kind, a = '', b = '', c = '', d] = parts;
  switch (kind) {
    case 'stage':
      return { kind, stage: a };
    case 'level':
      return { kind, level: b };
    case 'tag':
      return { kind, tag: a, word: b };
    case 'cell':
      return { kind, cell: a };
    case 'rfm':
      return { kind, scores: a };
    case 'churn':
      return a === 'band' ? { kind, band: Number(b) } : { kind: 'other', text };
    case 'health':
      return { kind, light: a };
    case 'growth':
      return { kind, growth: a };
    case 'left':
      if (a === 'period') return { kind: 'left_period', period: b };
      return a === 'why' ? { kind: 'left_why' } : { kind, month: a };
    case 'tier':
      return { kind, tier: a };
    case 'flow':
      return { kind, month: a, from: b, to: c };
    case 'moved':
      return { kind, months: Number(a), from: b, to: c };
    case 'clv':
      if (a === 'tenth' || a === 'repeats' || a === 'forecast')
        return { kind, what: a, n: Number(b) };
      return { kind: 'other', text };
    case 'activity':
    case 'rate':
      return { kind, what: a, by: b, label: c };
    case 'triangle':
      return { kind, activity: a, by: b, label: c, offset: Number(d) };
    case 'people':
    case 'uplift':
    case 'preview':
      return { kind };
    case 'segment':
      return { kind, id: a };
    case 'campaign':
      return campaignSet(parts, text);
    case 'experiment':
      return experimentSet(parts, text);
    case 'goal':
      return { kind, month: b, who: c };
    case 'hold_out':
      return holdOutSet(parts, text);
    default:
      return { kind: 'other', text };
  }
}

/** The audience of a campaign that a set can become, or null when a campaign cannot say it. */
export function audienceOf(text: string): { stages: string[]; cells: string[] } | null {
  const set = parseSet(text);
  if (set.kind === 'stage') return { stages: [set.stage], cells: [] };
  if (set.kind === 'cell') return { stages: [], cells: [set.cell] };
  return null;
}

/** The rule that holds the same people and keeps itself up to date, where a rule can say it. */
export function ruleOfSet(text: string): SegmentDefinition | null {
  const set = parseSet(text);
  const rule = (one: SegmentRule): SegmentDefinition => ({
    universe: 'known',
    rule: { all: [one] },
  });
  if (set.kind === 'stage') return rule({ fact: { name: 'lifecycle_stage', is: [set.stage] } });
  if (set.kind === 'cell') return rule({ fact: { name: 'rfm_cell', is: [set.cell] } });
  if (set.kind === 'tier') return rule({ fact: { name: 'value_tier', is: [set.tier] } });
  // The people of one owner are no rule.
  if (set.kind === 'health' && text === `health:${set.light}`)
    return rule({ fact: { name: 'health_light', is: [set.light] } });
  if (set.kind === 'growth') return rule({ fact: { name: 'growth_stage', is: [set.growth] } });
  if (set.kind === 'segment') return { universe: 'everyone', rule: { all: [{ segment: set.id }] } };
  return null;
}

/** The handle of the number whose people the set is; null: the set is of another kind. */
export const handleOfSet = (text: string): string | null =>
  text.startsWith('people:') ? text.slice('people:'.length) : null;

export const customersPath = (set: string): string => `/customers?set=${encodeURIComponent(set)}`;
