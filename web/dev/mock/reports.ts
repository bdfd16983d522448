// Saved reports, dashboards, names for pickers, and the people behind numbers.
import type { Dashboard, Question, Report } from '../../src/api/types';
import { answerTo } from './questions';
import { ok, problem, type Answer } from './reply';
import { kNow, people } from './shop';

const kEvents: [string, number][] = [
  ['Product Viewed', 31_200],
  ['Product Added', 12_877],
  ['Order Completed', 9_120],
  ['Checkout Started', 7_431],
  ['Email Opened', 4_010],
  ['Ad Clicked', 2_250],
  ['Order Cancelled', 310],
  ['Signed Up', 4_338],
];
const kProperties: [string, string[], number][] = [
  ['revenue', ['number'], 9_120],
  ['payment_method', ['string'], 9_101],
  ['category', ['string'], 44_077],
  ['quantity', ['integer'], 9_120],
  ['coupon', ['string', 'null'], 1_201],
  ['gift', ['boolean'], 9_120],
];
const kTraits: [string, string[], number][] = [
  ['country', ['string'], 4_338],
  ['city', ['string'], 4_102],
  ['plan', ['string'], 3_011],
  ['age', ['integer'], 2_870],
];

const report = (id: string, name: string, question: Question, shared = false): Report => ({
  id,
  version: 1,
  name,
  description: '',
  question,
  created_by: 'Wang Fang',
  created_at: kNow,
  updated_at: kNow,
  shared,
});
const month = { last: 30, unit: 'day' as const };
const reports: Report[] = [
  report('r1', 'Buyers by country', {
    analysis: 'trends',
    range: month,
    by: 'day',
    series: [{ select: { event: 'Order Completed' }, measure: 'people' }],
    breakdown: { person_property: 'country', top: 4 },
  }),
  report(
    'r2',
    'View to order',
    {
      analysis: 'funnel',
      range: month,
      steps: [
        { event: 'Product Viewed' },
        { event: 'Checkout Started' },
        { event: 'Order Completed' },
      ],
      window: { count: 7, unit: 'day' },
    },
    true,
  ),
  report('r3', 'Weekly retention', {
    analysis: 'retention',
    range: { last: 8, unit: 'week' },
    by: 'week',
    start: { event: 'Signed Up' },
    return: { any_event: true },
  }),
  report('r4', 'New and lost', {
    analysis: 'lifecycle',
    range: { last: 12, unit: 'week' },
    by: 'week',
    select: { any_event: true },
  }),
];
const dashboards: Dashboard[] = [
  {
    id: 'd1',
    version: 1,
    name: 'Monday',
    refresh_minutes: 15,
    created_by: 'Wang Fang',
    created_at: kNow,
    updated_at: kNow,
    tiles: [
      { report_id: 'r1', x: 0, y: 0, w: 8, h: 5 },
      { report_id: 'r4', x: 8, y: 0, w: 4, h: 5 },
      { report_id: 'r2', x: 0, y: 5, w: 6, h: 6 },
      { report_id: 'r3', x: 6, y: 5, w: 6, h: 6 },
    ],
  },
];

const lower = (query: URLSearchParams) => (query.get('search') ?? '').toLowerCase();

function names(path: string, query: URLSearchParams): Answer | null {
  const search = lower(query);
  if (path === 'events')
    return ok({
      events: kEvents
        .filter(([name]) => name.toLowerCase().includes(search))
        .map(([name, count]) => ({ type: 'track', name, count, last_seen_at: kNow })),
    });
  const scope = query.get('scope') ?? 'event';
  if (path === 'properties')
    return ok({
      properties: (scope === 'person' ? kTraits : kProperties)
        .filter(([name]) => name.includes(search))
        .map(([name, types, count]) => ({ scope, name, types, count })),
    });
  if (path === 'values') {
    const values = ['United Kingdom', 'Germany', 'France', '北京', 'card', 'alipay'];
    return ok({
      values: values
        .filter((value) => value.toLowerCase().includes(search))
        .map((value, i) => ({ value, count: 4000 - 600 * i })),
      truncated: false,
    });
  }
  return null;
}

function behind(query: URLSearchParams): Answer {
  const key = query.get('handle') ?? '';
  const found = people.filter((one) => one.id % (2 + (key.length % 5)) === 0);
  const offset = Number(query.get('offset') ?? 0);
  return ok({
    customers: found
      .slice(offset, offset + Number(query.get('limit') ?? 50))
      .map(({ orderList: _, ...one }) => one),
    total: found.length,
    currency: 'GBP',
  });
}

function trace(body: unknown): Answer {
  const { question, person_id: person } = body as {
    question: Extract<Question, { analysis: 'funnel' }>;
    person_id: number;
  };
  const steps = question.steps.map((one, i) => ({
    step: i + 1,
    name: one.event ?? '',
    at: i < 2 ? kNow : null,
  }));
  return ok({
    person_id: person,
    counted: true,
    reached: 2,
    steps,
    truncated: false,
    events: [
      { at: kNow, event: steps[0]?.name, fits: [1], verdict: 'started', step: null },
      { at: kNow, event: steps[0]?.name, fits: [1], verdict: 'filled', step: 1 },
      { at: kNow, event: steps[1]?.name, fits: [2], verdict: 'filled', step: 2 },
      { at: kNow, event: steps[2]?.name ?? '', fits: [3], verdict: 'window', step: null },
    ],
  });
}

function kept<T extends { id: string; version: number }>(
  all: T[],
  method: string,
  id: string | undefined,
  body: unknown,
  fresh: Partial<T>,
): Answer {
  if (!id) {
    if (method !== 'POST') return ok(null);
    const made = { ...fresh, ...(body as object), id: `n${all.length + 1}`, version: 1 } as T;
    all.push(made);
    return { status: 201, body: made };
  }
  const at = all.findIndex((one) => one.id === id);
  const found = all[at];
  if (!found) return problem(404, 'not_found', `there is no ${id}`);
  if (method === 'DELETE') {
    all.splice(at, 1);
    return { status: 204 };
  }
  if (method === 'PUT') Object.assign(found, body, { version: found.version + 1 });
  return ok(found);
}

function keptAnswer(report: Report) {
  const at = new Date(Date.now() - 7 * 60_000).toISOString();
  const failure = { code: 'timeout', message: 'it took longer than 60 s', where: '', hint: '' };
  return {
    report_id: report.id,
    answered_at: at,
    answer: answerTo(report.question),
    tried_at: at,
    failure: report.id === 'r2' ? failure : null,
  };
}

/** Answers of the operations under /v1/insights that are about questions; null: another one. */
export function insightAnswer(method: string, url: URL, body: unknown): Answer | null {
  const [, , , area, id, part] = url.pathname.split('/');
  const made = { created_by: 'Wang Fang', created_at: kNow, updated_at: kNow };
  if (area === 'query') {
    const question = body as Question;
    const where = JSON.stringify(question).includes('Unknown') ? 'series[0].select.event' : '';
    if (where) {
      const wrong = problem(400, 'invalid', 'there is no event “Unknown”', 'Perhaps “Ad Clicked”.');
      return { ...wrong, body: { ...(wrong.body as object), where } };
    }
    return ok(answerTo(question));
  }
  if (area === 'queries') return { status: 204 };
  if (area === 'people') return behind(url.searchParams);
  if (area === 'people.csv') return { status: 200, body: 'id,name\r\n', type: 'text/csv' };
  if (area === 'trace') return trace(body);
  if (area === 'reports' && part === 'share') {
    const found = reports.find((one) => one.id === id);
    if (found) found.shared = method === 'POST';
    return method === 'POST'
      ? { status: 201, body: { link: '/shared/b7Qm2v9x' } }
      : { status: 204 };
  }
  if (area === 'reports' && part === 'answer') {
    const found = reports.find((one) => one.id === id);
    return found ? ok(keptAnswer(found)) : problem(404, 'not_found', `there is no ${id}`);
  }
  if (area === 'dashboards' && part === 'answers')
    return ok({ answers: reports.slice(0, 3).map(keptAnswer) });
  if (area === 'reports')
    return method === 'GET' && !id
      ? ok({ reports })
      : kept(reports, method, id, body, { ...made, description: '', shared: false });
  if (area === 'dashboards')
    return method === 'GET' && !id
      ? ok({ dashboards })
      : kept(dashboards, method, id, body, { ...made, tiles: [], refresh_minutes: 0 });
  return names(area ?? '', url.searchParams);
}

export function sharedReport(): Answer {
  const { name, description, question } = reports[1] as Report;
  const answer = JSON.parse(
    JSON.stringify(answerTo(question), (key, value: unknown) =>
      key === 'people' && typeof value === 'string' ? undefined : value,
    ),
  ) as unknown;
  return ok({ workspace: 'Evergreen Gifts', name, description, question, answer });
}
