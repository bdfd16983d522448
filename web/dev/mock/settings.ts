// Made-up answers of the settings, the live view, and the session.
import type { Session } from '../../src/api/types';
import { ok, type Answer } from './reply';
import { kNow, people, type Person } from './shop';

const rights = [
  'customers.read',
  'customers.export',
  'insights.read',
  'insights.write',
  'campaigns.read',
  'campaigns.write',
  'imports.read',
  'imports.write',
  'events.read',
  'sql.read',
  'stats.read',
  'users.write',
  'keys.write',
  'audit.read',
  'settings.write',
];
const user = {
  id: 'u1',
  email: 'admin@localhost',
  name: 'Ada',
  role: 'administrator',
  disabled: false,
  claimed: true,
  created_at: kNow,
  last_seen_at: kNow,
} as const;
const workspace = {
  name: 'Gift shop',
  zone: 'Europe/London',
  week_start: 'monday',
  currency: 'GBP',
  language: 'en',
  stands_on: kNow,
  public_address: 'http://127.0.0.1:8080',
  active_window_days: 90,
};
let signedIn = true;
/** Signs in or out. */
export function sign(on: boolean): void {
  signedIn = on;
}
export const session = (): Session => {
  const face = {
    name: workspace.name,
    zone: workspace.zone,
    week_start: 'monday' as const,
    currency: workspace.currency,
    language: 'en' as const,
    stands_on: workspace.stands_on,
    version: '0.1.0',
  };
  return signedIn
    ? { signed_in: true, user, csrf_token: 'mock', rights, workspace: face }
    : { signed_in: false, workspace: face };
};

let seq = 61_204;
export const events = (n: number) =>
  Array.from({ length: n }, () => {
    seq += 1;
    const person = people[seq % people.length] as Person;
    return {
      seq,
      source: 'web',
      message_id: `m${seq}`,
      type: 'track',
      name: ['Product Viewed', 'Cart Viewed', 'Order Completed'][seq % 3],
      user_id: person.user_id,
      anonymous_id: '',
      timestamp: new Date().toISOString(),
      received_at: new Date().toISOString(),
      properties: { sku: '85123A', price: 2.55 },
      context: {},
      person_id: person.id,
    };
  });

export function settings(
  method: string,
  path: string,
  query: URLSearchParams,
  body: unknown,
): Answer | null {
  if (path === '/v1/settings')
    return ok(method === 'PUT' ? Object.assign(workspace, body) : workspace);
  if (path === '/v1/users')
    return method === 'POST'
      ? { status: 201, body: { user, link: '/claim#tok3n' } }
      : ok({
          users: [
            user,
            {
              ...user,
              id: 'u2',
              email: 'op@example.org',
              name: '',
              role: 'operator',
              claimed: false,
              last_seen_at: null,
            },
          ],
        });
  if (path.startsWith('/v1/users/'))
    return ok(path.endsWith('link') ? { user, link: '/claim#tok3n' } : user);
  const key = {
    id: 'k1',
    kind: 'write',
    name: 'Web shop',
    source: 'web',
    role: '',
    prefix: 'wk_7Gq2',
    created_at: kNow,
    last_used_at: kNow,
    revoked: false,
  };
  if (path === '/v1/keys')
    return method === 'POST'
      ? { status: 201, body: { key, secret: 'wk_7Gq2xkc81mNbv2' } }
      : ok({
          keys: [
            key,
            {
              ...key,
              id: 'k2',
              kind: 'api',
              name: 'BI',
              source: '',
              role: 'analyst',
              revoked: true,
            },
          ],
        });
  if (path === '/v1/audit')
    return ok({
      entries: [
        {
          id: 3,
          at: kNow,
          actor_id: 'u1',
          actor: 'Ada',
          action: 'campaign.send',
          object: 'campaign:c2',
          detail: { people: 1057 },
        },
        {
          id: 2,
          at: kNow,
          actor_id: 'u1',
          actor: 'Ada',
          action: 'settings.update',
          object: 'workspace',
          detail: {},
        },
      ],
    });
  if (path === '/v1/channels/email')
    return ok({
      kind: 'outbox',
      from_name: 'Gift shop',
      from_address: 'hello@example.org',
      has_password: false,
      outbox: '/var/lib/perennial/outbox',
      ...(typeof body === 'object' ? body : {}),
    });
  if (path === '/v1/channels/email/test') return ok({ answer: 'written to outbox/test.eml' });
  if (path === '/v1/events/recent')
    return ok({ events: events(query.get('after') ? 2 : 40).reverse(), last_seq: seq });
  if (path === '/v1/quarantine/summary')
    return ok({
      groups: [
        {
          source: 'web',
          reason: 'is missing',
          where: 'event',
          count: 1,
          first_at: kNow,
          last_at: kNow,
        },
        {
          source: 'web',
          reason: 'is before ',
          where: 'timestamp',
          count: 1,
          first_at: kNow,
          last_at: kNow,
        },
      ],
      days: [{ at: kNow, count: 2 }],
    });
  if (path === '/v1/quarantine')
    return ok({
      total: 2,
      entries: query.get('before')
        ? []
        : [
            {
              id: 2,
              received_at: kNow,
              source: 'web',
              reason: 'event is missing',
              where: 'batch[3].event',
              form: 'segment:batch',
              body: '{"type":"track","userId":"1"}',
            },
            {
              id: 1,
              received_at: kNow,
              source: 'web',
              reason: 'timestamp is in the year 2200',
              where: 'timestamp',
              form: 'segment:batch',
              body: '{"type":"track"}',
            },
          ],
    });
  const schema = {
    type: 'track',
    name: 'Order Line',
    count: 541_900,
    first_seen: '2010-12-01T08:26:00.000Z',
    last_seen: kNow,
  };
  if (path === '/v1/schema')
    return ok({ events: [schema, { ...schema, type: 'identify', name: '', count: 4372 }] });
  if (path === '/v1/schema/event')
    return ok({
      ...schema,
      properties: [
        { name: 'sku', types: ['string'], count: 541_900, first_seen: kNow, last_seen: kNow },
      ],
    });
  if (path === '/v1/stats')
    return ok({
      version: '0.1.0',
      uptime_seconds: 7331,
      resident_bytes: 412_000_000,
      events: { rows: 541_900, bytes: 91_000_000, parts: 7 },
      state: { engine: 'sqlite', bytes: 38_000_000, people: 4372, orders: 25_900 },
      stages: [
        { name: 'people', cursor: 541_900, behind: 0, error: '' },
        { name: 'value', cursor: 541_000, behind: 900, error: '' },
      ],
    });
  return null;
}
