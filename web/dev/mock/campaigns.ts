// Made-up campaigns, which can be composed, sent and read.
import type {
  AudienceCount,
  Campaign,
  CampaignDraft,
  CampaignResult,
  CampaignSummary,
} from '../../src/api/types';
import { ok, problem, type Answer } from './reply';
import { kNow, people, peopleOf } from './shop';

const message = {
  subject: '{{ first_name | Hello }}, we miss you',
  text: 'Dear {{ name | friend }},\n\nyour last order was on {{ last_order_date | some day }}.',
  html: '<p>Dear <b>{{ name | friend }}</b>, you ordered on {{ last_order_date | some day }}.</p>',
};
export const campaigns: Campaign[] = [
  {
    id: 'c2',
    name: 'September recall',
    audience: { stages: ['silent'] },
    hold_out_percent: 50,
    result_days: 90,
    state: 'sent',
    created_at: kNow,
    started_at: kNow,
    finished_at: kNow,
    counts: { sent: 512, held_out: 508, no_address: 31, no_consent: 4, failed: 2 },
    ...message,
  },
  {
    id: 'c3',
    name: 'At-risk champions',
    audience: { cells: ['at_risk', 'cannot_lose'] },
    hold_out_percent: 20,
    result_days: 30,
    state: 'draft',
    created_at: kNow,
    started_at: null,
    finished_at: null,
    counts: {},
    ...message,
  },
];

const headline = {
  measure: 'order_rate',
  treated: 0.3262,
  held_out: 0.3169,
  difference: 0.0093,
  low: -0.0478,
  high: 0.0663,
  p_value: 0.75,
  verdict: 'no_difference',
  method: 'newcombe',
} as const;
export const summaries = (): CampaignSummary[] =>
  campaigns.map(({ id, name, state, started_at, counts }) => ({
    id,
    name,
    state,
    started_at,
    counts,
    ...(state === 'sent' ? { headline } : {}),
  }));

const result = (days: number): CampaignResult => ({
  campaign_id: 'c2',
  days,
  from: kNow,
  to: '2011-12-08T00:00:00.000Z',
  complete: days < 90,
  currency: 'GBP',
  treated: {
    people: 512,
    ordered: 167,
    orders: 301,
    revenue_minor: 19_123_400,
    rate: 0.3262,
    revenue_per_person_minor: 37_350.4,
    set: 'campaign:c2:arm:treated',
    ordered_set: `campaign:c2:ordered:treated:${days}`,
  },
  held_out: {
    people: 508,
    ordered: 161,
    orders: 288,
    revenue_minor: 18_330_100,
    rate: 0.3169,
    revenue_per_person_minor: 36_082.9,
    set: 'campaign:c2:arm:held_out',
    ordered_set: `campaign:c2:ordered:held_out:${days}`,
  },
  comparisons: [
    headline,
    {
      measure: 'revenue_per_person',
      treated: 37_350.4,
      held_out: 36_082.9,
      difference: 1267.5,
      low: -7120,
      high: 9655,
      p_value: 0.77,
      verdict: 'no_difference',
      method: 'welch',
    },
  ],
  incremental_customers: 4.8,
  incremental_low: -24.5,
  incremental_high: 33.9,
  aa: true,
  sample_ratio: { expected_hold_out: 0.5, observed_hold_out: 0.498, p_value: 0.9, ok: true },
  notes: ['aa', 'incomplete'],
  daily: Array.from({ length: days }, (_, i) => ({
    day: i + 1,
    treated: 0.3262 * (1 - Math.exp(-(i + 1) / 30)),
    held_out: 0.3169 * (1 - Math.exp(-(i + 1.6) / 30)),
  })),
});

export function audience(draft: {
  audience: CampaignDraft['audience'];
  hold_out_percent: number;
}): AudienceCount {
  const { stages: s = [], cells: c = [] } = draft.audience;
  const those = people.filter(
    (one) =>
      (!s.length || s.includes(one.stage)) &&
      (!c.length || c.includes(one.cell)) &&
      s.length + c.length > 0,
  );
  const noAddress = those.filter((one) => !one.email).length;
  const reachable = those.length - noAddress - 3;
  const held = Math.round((reachable * draft.hold_out_percent) / 100);
  return {
    people: those.length,
    reachable,
    no_address: noAddress,
    unsubscribed: 2,
    duplicate_address: 1,
    global_hold_out: 0,
    held_out: held,
    base_rate: 0.21,
    minimum_detectable_difference: held
      ? 2.8 * Math.sqrt(0.21 * 0.79 * (1 / held + 1 / (reachable - held)))
      : null,
  };
}

export function campaignAnswer(
  method: string,
  id: string,
  part: string | undefined,
  query: URLSearchParams,
  body: unknown,
): Answer {
  const one = campaigns.find((campaign) => campaign.id === id);
  if (!one) return problem(404, 'not_found', `there is no campaign ${id}`);
  if (one.state === 'sending') {
    const left = Math.max(0, (one.counts.pending ?? 0) - 60);
    one.counts = {
      ...one.counts,
      pending: left,
      sent: (one.counts.sent ?? 0) + (one.counts.pending ?? 0) - left,
    };
    if (left === 0) one.state = 'sent';
  }
  if (part === 'result') return ok({ ...result(Number(query.get('days') ?? 30)), campaign_id: id });
  if (part === 'sends') {
    const rows = peopleOf('stage:silent')
      .slice(0, 50)
      .map((person, i) => ({
        person_id: person.id,
        name: person.name,
        address: person.email,
        arm: i % 2 ? 'held_out' : 'treated',
        verdict: i % 2 ? 'held_out' : 'sent',
        reason: i % 2 ? '' : 'written',
        at: kNow,
      }));
    return ok({ sends: rows, total: 1057 });
  }
  if (part === 'preview')
    return ok({
      to: 'Emma Smith <smith1@example.org>',
      subject: 'Emma, we miss you',
      text: 'Dear Emma Smith,\n\nyour last order was on 3 June 2011.\n\nhttp://127.0.0.1:8080/u/x',
      html: one.html
        ? '<p>Dear <b>Emma Smith</b>,</p><p>your last order was on 3 June 2011.</p>'
        : '',
      unsubscribe_url: 'http://127.0.0.1:8080/u/x',
      missing: ['country'],
    });
  if (part === 'send') {
    const count = audience(one);
    Object.assign(one, {
      state: 'sending',
      started_at: kNow,
      counts: {
        pending: count.reachable - count.held_out,
        sent: 0,
        held_out: count.held_out,
        no_address: count.no_address,
      },
    });
    return { status: 202, body: one };
  }
  if (part === 'cancel') Object.assign(one, { state: 'cancelled' });
  if (method === 'PUT') Object.assign(one, body);
  return ok(one);
}

/** The list, or a new draft. */
export function campaignList(method: string, body: unknown): Answer {
  if (method !== 'POST') return ok({ campaigns });
  const made: Campaign = {
    ...(body as CampaignDraft),
    id: `c${campaigns.length + 2}`,
    state: 'draft',
    created_at: kNow,
    started_at: null,
    finished_at: null,
    counts: {},
  };
  campaigns.unshift(made);
  return { status: 201, body: made };
}
