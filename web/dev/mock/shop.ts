// A made-up shop: 1,400 customers, thirteen months of orders, always the same.
import type { Customer, Order, Stage } from '../../src/api/types';

export const kNow = '2011-09-09T00:00:00.000Z';
export const kMonths = [
  '2010-12',
  '2011-01',
  '2011-02',
  '2011-03',
  '2011-04',
  '2011-05',
  '2011-06',
  '2011-07',
  '2011-08',
  '2011-09',
];
const kDay = 86_400_000;

let seed = 20110909;
/** A small linear congruential generator: the same shop at every start. */
export function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
}
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

const kFirst = [
  'Emma',
  'Oliver',
  'Amelia',
  'Noah',
  'Isla',
  'George',
  'Ava',
  'Arthur',
  'Lily',
  'Leo',
  '王芳',
  '李伟',
  '张敏',
  '刘洋',
  'Mia',
  'Luca',
];
const kLast = [
  'Smith',
  'Jones',
  'Taylor',
  'Brown',
  'Wilson',
  'Evans',
  'Thomas',
  'Roberts',
  'Walker',
  'Wright',
];
const kCountries = [
  'United Kingdom',
  'United Kingdom',
  'United Kingdom',
  'United Kingdom',
  'Germany',
  'France',
  'EIRE',
  'Spain',
];

export interface Person extends Customer {
  orderList: Order[];
}

function stageOf(days: number, orders: number, sinceFirst: number, gap: number): Stage {
  if (orders === 0) return 'prospect';
  if (sinceFirst <= 30) return 'new';
  const silent = orders >= 3 ? gap * 2 : 30;
  if (days > silent * 2 || days > 365) return 'churned';
  if (days > silent) return 'silent';
  return orders >= 4 ? 'loyal' : 'active';
}

const kCellRules: [string, number, number][] = [
  ['champions', 5, 4],
  ['loyal', 4, 3],
  ['new', 5, 1],
  ['potential_loyal', 4, 2],
  ['promising', 4, 1],
  ['need_attention', 3, 3],
  ['about_to_sleep', 3, 1],
  ['cannot_lose', 1, 5],
  ['at_risk', 1, 3],
];
export const cellOf = (recency: number, across: number): string =>
  kCellRules.find(([, r, f]) => recency >= r && across >= f)?.[0] ?? 'hibernating';

function makePerson(id: number): Person {
  const now = Date.parse(kNow);
  const first = now - Math.floor(random() ** 1.4 * 280 + 1) * kDay;
  const count = random() < 0.03 ? 0 : Math.max(1, Math.floor(-Math.log(1 - random()) * 4));
  const gap = 12 + random() * 70;
  const orderList: Order[] = [];
  let at = first;
  for (let i = 0; i < count && at < now; i += 1) {
    const total = Math.round((40 + random() ** 3 * 1600) * 100);
    const order = {
      order_id: String(536_000 + id * 7 + i),
      at: new Date(at).toISOString(),
      currency: 'GBP',
      lines: 1 + Math.floor(random() * 30),
      quantity: 5 + Math.floor(random() * 300),
    };
    orderList.push({ ...order, kind: 'order', total_minor: total });
    if (random() < 0.08)
      orderList.push({
        ...order,
        order_id: `C${order.order_id}`,
        kind: 'refund',
        at: new Date(at + 2 * kDay).toISOString(),
        total_minor: -Math.round(total * 0.3),
      });
    at += gap * (0.5 + random()) * kDay;
  }
  const real = orderList.filter((order) => order.kind === 'order');
  const last = real[real.length - 1];
  const days = last ? (now - Date.parse(last.at)) / kDay : 0;
  const name = `${pick(kFirst)} ${pick(kLast)}`;
  const recency = Math.max(1, 5 - Math.floor(days / 35));
  const across = Math.min(5, Math.max(1, Math.ceil(real.length / 1.6)));
  return {
    id,
    name,
    user_id: String(12_300 + id),
    email: random() < 0.9 ? `${name.split(' ')[1]?.toLowerCase()}${id}@example.org` : '',
    phone: '',
    country: pick(kCountries),
    known: true,
    stage: stageOf(days, real.length, (now - first) / kDay, gap),
    cell: last ? cellOf(recency, across) : '',
    orders: real.length,
    refunds: orderList.length - real.length,
    revenue_minor: orderList.reduce((sum, order) => sum + order.total_minor, 0),
    first_order_at: real[0]?.at ?? null,
    last_order_at: last?.at ?? null,
    first_seen_at: new Date(first).toISOString(),
    last_seen_at: last?.at ?? new Date(first).toISOString(),
    orderList: orderList.reverse(),
  };
}

export const people: Person[] = Array.from({ length: 1400 }, (_, i) => makePerson(i + 1));
export const kStageNames: Stage[] = ['prospect', 'new', 'active', 'loyal', 'silent', 'churned'];

/** Roughly the people of a set: exact for stages and cells, a stable share for the rest. */
export function peopleOf(set: string): Person[] {
  const [kind, word] = set.split(':');
  if (kind === 'stage') return people.filter((one) => one.stage === word);
  if (kind === 'cell') return people.filter((one) => one.cell === word);
  const share = 3 + (set.length % 7);
  return people.filter((one) => one.id % share === 0);
}
