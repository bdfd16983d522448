// One answer for every operation that the console uses.
import type { CampaignDraft, Import, ImportMapping } from '../../src/api/types';
import { audience, campaignAnswer, campaignList, summaries } from './campaigns';
import { check, imports, step } from './imports';
import { activity, overview, retentionRate, rfm, stages, triangle } from './insights';
import { proofAnswer } from './proof';
import { ok, problem, type Answer } from './reply';
import { insightAnswer, sharedReport } from './reports';
import { events, session, settings, sign } from './settings';
import { kNow, people, peopleOf, type Person } from './shop';
import { churn, churnPeople, clv, clvPeople } from './value';
import { forecast } from './forecast';

function customers(query: URLSearchParams): Answer {
  let found: Person[] = query.get('set') ? peopleOf(query.get('set') ?? '') : people;
  const search = (query.get('search') ?? '').toLowerCase();
  if (search)
    found = found.filter((one) =>
      `${one.name} ${one.email} ${one.user_id}`.toLowerCase().includes(search),
    );
  const country = query.get('country');
  if (country) found = found.filter((one) => one.country === country);
  if (query.get('known') === 'no') found = [];
  const sort = query.get('sort') ?? 'last_order';
  const value = (one: Person): string | number =>
    sort === 'revenue'
      ? one.revenue_minor
      : sort === 'orders'
        ? one.orders
        : sort === 'name'
          ? one.name
          : ((sort === 'first_order' ? one.first_order_at : one.last_order_at) ?? '');
  const sign = query.get('order') === 'asc' ? 1 : -1;
  found = [...found].sort((a, b) => (value(a) < value(b) ? -sign : value(a) > value(b) ? sign : 0));
  const offset = Number(query.get('offset') ?? 0);
  const page = found
    .slice(offset, offset + Number(query.get('limit') ?? 50))
    .map(({ orderList: _, ...one }) => one);
  return ok({ customers: page, total: found.length, currency: 'GBP' });
}

function customer(id: number, part: string | undefined, query: URLSearchParams): Answer {
  const person = people.find((one) => one.id === id);
  if (!person)
    return problem(
      404,
      'not_found',
      `there is no person ${id}`,
      'Search for the person by name or identifier.',
    );
  const { orderList, ...one } = person;
  if (part === 'orders')
    return ok({
      orders: orderList.slice(Number(query.get('offset') ?? 0)).slice(0, 15),
      total: orderList.length,
    });
  if (part === 'timeline') {
    const items = orderList.map((order) => ({
      kind: order.kind,
      at: order.at,
      title: order.order_id,
      order,
    }));
    const extra = [
      {
        kind: 'message',
        at: kNow,
        title: 'We miss you',
        message: { campaign_id: 'c2', campaign: 'September recall', verdict: 'sent', reason: '' },
      },
      { kind: 'event', at: one.first_seen_at, title: 'Product Viewed', event: events(1)[0] },
    ];
    const kinds = query.get('kinds')?.split(',');
    return ok({
      items: [extra[0], ...items, extra[1]].filter(
        (item) => !kinds || kinds.includes(item?.kind ?? ''),
      ),
      next_before: null,
    });
  }
  const gap = 24;
  return ok({
    customer: one,
    currency: 'GBP',
    identities: [
      { kind: 'user_id', value: one.user_id },
      { kind: 'anonymous_id', value: 'a8f1-22c0' },
    ],
    traits: { city: 'Leeds', plan: 'trade' },
    email_consent: id % 9 === 0 ? 'unsubscribed' : 'unknown',
    rfm: one.cell ? { recency: 4, frequency: 3, monetary: 4, cell: one.cell } : {},
    clv: {
      alive: 0.83,
      purchases: 4.2,
      spend_minor: 31_250,
      value_minor: 124_300,
      tenth: 9,
      horizon_months: 12,
      model_version: 3,
      next_order: {
        early: '2011-12-14T00:00:00Z',
        expected: '2012-01-06T00:00:00Z',
        late: '2012-03-20T00:00:00Z',
      },
    },
    stage_reason: {
      stage: one.stage,
      days_since_last_order: one.last_order_at
        ? (Date.parse(kNow) - Date.parse(one.last_order_at)) / 86_400_000
        : null,
      usual_gap_days: gap,
      silent_after_days: gap * 2,
      churned_after_days: gap * 4,
      rhythm: one.orders >= 3 ? 'own' : 'fallback',
    },
  });
}

export function answer(method: string, url: URL, body: unknown): Answer {
  const { pathname: path, searchParams: query } = url;
  const [, , area, id, part] = path.split('/');
  if (path.startsWith('/v1/session')) {
    if (method === 'DELETE') sign(false);
    else if (method === 'POST') sign(true);
    return ok(session());
  }
  if (path === '/v1/overview') return ok(overview(summaries()));
  if (path === '/v1/insights/activity') return ok(activity(query.get('by') ?? 'month'));
  if (path === '/v1/insights/retention-rate') return ok(retentionRate(query.get('by') ?? 'month'));
  if (path === '/v1/insights/retention-triangle')
    return ok(triangle(query.get('by') ?? 'month', query.get('activity') ?? 'any'));
  if (path.startsWith('/v1/shared/')) return sharedReport();
  const insight = area === 'insights' ? insightAnswer(method, url, body) : null;
  if (insight) return insight;
  const proof = proofAnswer(method, path);
  if (proof) return proof;
  if (path === '/v1/value/stages') return ok(stages());
  if (path === '/v1/value/rfm') return ok(rfm());
  if (path === '/v1/value/forecast') return ok(forecast(url));
  if (path === '/v1/value/churn/people') return ok(churnPeople());
  if (path.startsWith('/v1/value/churn')) return ok(churn());
  if (path === '/v1/value/clv/people') return ok(clvPeople());
  if (path.startsWith('/v1/value/clv')) return ok(clv());
  if (path === '/v1/customers') return customers(query);
  if (area === 'customers' && id) return customer(Number(id), part, query);
  if (path === '/v1/campaigns/audience') return ok(audience(body as CampaignDraft));
  if (path === '/v1/campaigns') return campaignList(method, body);
  if (area === 'campaigns' && id) return campaignAnswer(method, id, part, query, body);
  if (path === '/v1/import-mappings') return ok({ mappings: [] });
  if (path === '/v1/import-folders') return ok({ inbox: '/var/lib/perennial/inbox', folders: [] });
  if (path === '/v1/imports')
    return method === 'POST'
      ? { status: 201, body: Object.assign(imports[0] as Import, { state: 'uploaded' }) }
      : ok({ imports: imports.map(step) });
  if (area === 'imports' && id) {
    const one = imports[0] as Import;
    if (part === 'check') return ok(check);
    if (part === 'start') Object.assign(one, { state: 'running', mapping: body as ImportMapping });
    if (part === 'cancel') one.state = 'cancelled';
    return ok(step(one));
  }
  return (
    settings(method, path, query, body) ??
    problem(404, 'not_found', `${method} ${path} is not in the mock`)
  );
}
