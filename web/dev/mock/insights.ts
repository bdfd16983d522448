// Made-up answers of the insight and value operations.
import type {
  Activity,
  CampaignSummary,
  Overview,
  RetentionRate,
  RetentionRateRow,
  RetentionTriangle,
} from '../../src/api/types';
import type { Rfm, Stages } from '../../src/api/value_types';
import { cellOf, kMonths, kNow, kStageNames, people, peopleOf } from './shop';

const zone = 'Europe/London';
const currency = 'GBP';
const startOf = (label: string) => `${label}-01T00:00:00.000Z`;
const endOf = (i: number) => startOf(kMonths[i + 1] ?? '2011-10');

export function activity(by: string): Activity {
  return {
    by,
    zone,
    currency,
    rows: kMonths.map((label, i) => {
      const open = i === kMonths.length - 1;
      const customers = open ? 310 : 700 + Math.round(180 * Math.sin(i) + i * 25);
      const repeat = Math.round(customers * (0.24 + 0.01 * i));
      return {
        label,
        from: startOf(label),
        to: endOf(i),
        complete: !open,
        customers,
        new_customers: Math.round(customers * (0.55 - 0.04 * i)),
        orders: Math.round(customers * 1.6),
        refunds: Math.round(customers * 0.21),
        anonymous_orders: 40 + i * 3,
        revenue_minor: customers * 71_300 + 12_345,
        repurchase: { numerator: repeat, denominator: customers, rate: repeat / customers },
        sets: {
          customers: `activity:customers:month:${label}`,
          new: `activity:new:month:${label}`,
          repeat: `activity:repeat:month:${label}`,
        },
      };
    }),
  };
}

function rateRows(): RetentionRateRow[] {
  return kMonths.map((label, i) => {
    const atStart = i === 0 ? 0 : 700 + i * 110;
    const atEnd = 700 + (i + 1) * 110 - (i === 9 ? 150 : 0);
    const fresh = i === 0 ? atEnd : 240 - i * 9;
    const kept = i === 0 ? 0 : atEnd - fresh;
    const set = (what: string) => `rate:${what}:month:${label}`;
    return {
      label,
      from: startOf(label),
      to: endOf(i),
      complete: i < 9,
      at_start: atStart,
      at_end: atEnd,
      new_customers: fresh,
      kept,
      won_back: 31,
      lost: Math.max(0, atStart - kept + 31),
      rate: { numerator: kept, denominator: atStart, rate: atStart ? kept / atStart : null },
      sets: {
        start: set('start'),
        end: set('end'),
        new: set('new'),
        kept: set('kept'),
        lost: set('lost'),
      },
    };
  });
}

export const retentionRate = (by: string): RetentionRate => ({
  by,
  zone,
  window_days: 90,
  benchmarks: [
    { industry: 'retail', low: 0.63, high: 0.63 },
    { industry: 'saas', low: 0.75, high: 0.85 },
    { industry: 'finance', low: 0.75, high: 0.8 },
  ],
  rows: rateRows(),
});

export function triangle(by: string, kind: string): RetentionTriangle {
  const sizes = [948, 421, 380, 440, 299, 279, 235, 191, 167, 98];
  const cohorts = kMonths.map((label, i) => ({
    label,
    size: sizes[i] as number,
    cells: kMonths.slice(i).map((_, offset) => {
      const size = sizes[i] as number;
      const rate =
        offset === 0 ? 1 : 0.2 + 0.18 * Math.abs(Math.sin(i * 3 + offset)) * (i === 0 ? 1 : 0.7);
      const rows = Math.round(size * rate);
      return {
        offset,
        people: rows,
        rate: rows / size,
        complete: i + offset < 9,
        set: `triangle:${kind}:month:${label}:${offset}`,
      };
    }),
  }));
  const average = kMonths.map((_, offset) => {
    const cells = cohorts.flatMap((cohort) =>
      cohort.cells
        .filter((cell) => cell.offset === offset && cell.complete)
        .map((cell) => ({ cell, size: cohort.size })),
    );
    const base = cells.reduce((sum, { size }) => sum + size, 0);
    const active = cells.reduce((sum, { cell }) => sum + cell.people, 0);
    return { offset, rate: base ? active / base : null, people: active, base };
  });
  return { by, zone, activity: kind, cohorts, average };
}

export function stages(): Stages {
  const counts = kStageNames.map((stage) => {
    const those = peopleOf(`stage:${stage}`);
    return {
      stage,
      people: those.length,
      revenue_minor: those.reduce((sum, one) => sum + one.revenue_minor, 0),
      set: `stage:${stage}`,
    };
  });
  return {
    as_of: kNow,
    counts,
    history: kMonths.slice(0, 9).map((label, i) => ({
      label,
      counts: Object.fromEntries(
        counts.map(({ stage, people: n }, j) => [stage, Math.round((n * (i + 2)) / 11 + j * 3)]),
      ),
    })),
    flow_month: kNow.slice(0, 7),
    flow: (
      [
        ['active', 'silent', 41],
        ['new', 'active', 33],
        ['silent', 'churned', 28],
        ['silent', 'active', 17],
        ['active', 'loyal', 12],
        ['loyal', 'silent', 9],
        ['prospect', 'new', 8],
        ['loyal', 'loyal', 210],
      ] as const
    ).map(([from, to, n]) => ({
      from,
      to,
      people: n,
      set: `flow:${kNow.slice(0, 7)}:${from}:${to}`,
    })),
  };
}

export function rfm(): Rfm {
  const bought = people.filter((one) => one.orders > 0);
  const names = [
    'champions',
    'loyal',
    'potential_loyal',
    'new',
    'promising',
    'need_attention',
    'about_to_sleep',
    'at_risk',
    'cannot_lose',
    'hibernating',
  ];
  const grid: Rfm['grid'] = [];
  for (let r = 1; r <= 5; r += 1)
    for (let f = 1; f <= 5; f += 1)
      for (let m = 1; m <= 5; m += 1) {
        const n = Math.round(60 / (1 + 2 * Math.abs(f - m) + Math.abs(r - f)));
        if (n > 8)
          grid.push({
            recency: r,
            frequency: f,
            monetary: m,
            people: n,
            cell: cellOf(r, Math.round((f + m) / 2)),
            set: `rfm:${r}-${f}-${m}`,
          });
      }
  return {
    as_of: kNow,
    currency,
    customers: bought.length,
    cells: names.map((cell) => {
      const those = peopleOf(`cell:${cell}`);
      return {
        cell,
        people: those.length,
        revenue_minor: those.reduce((sum, one) => sum + one.revenue_minor, 0),
        orders: those.reduce((sum, one) => sum + one.orders, 0),
        share: those.length / bought.length,
        median_recency_days: 12 + names.indexOf(cell) * 14,
        set: `cell:${cell}`,
      };
    }),
    grid,
    tiers: (['high', 'middle', 'low'] as const).map((tier, i) => ({
      tier,
      people: [310, 520, 570][i] ?? 0,
      revenue_minor: [401_000_00, 90_000_00, 21_000_00][i] ?? 0,
      set: `tier:${tier}`,
    })),
    moved_months: 3,
    moved: [
      { from: 'none', to: 'new', people: 96, set: 'moved:3:none:new' },
      { from: 'loyal', to: 'at_risk', people: 41, set: 'moved:3:loyal:at_risk' },
      { from: 'champions', to: 'champions', people: 120, set: 'moved:3:champions:champions' },
    ],
    breaks: {
      recency_days: [180, 90, 42, 17],
      frequency: [2, 3, 5, 8],
      monetary_minor: [21_000, 45_000, 98_000, 210_000],
    },
  };
}

export function overview(campaigns: CampaignSummary[]): Overview {
  const silent = peopleOf('stage:silent').sort((a, b) => b.revenue_minor - a.revenue_minor);
  return {
    as_of: kNow,
    zone,
    currency,
    totals: {
      customers: 1400,
      orders: 5120,
      refunds: 402,
      revenue_minor: 512_334_512,
      anonymous_orders: 610,
      events: 61_204,
    },
    retention: rateRows(),
    stages: stages(),
    at_risk: silent.slice(0, 10),
    at_risk_revenue_minor: silent.reduce((sum, one) => sum + one.revenue_minor, 0),
    campaigns,
    moves: [
      {
        measure: 'revenue_minor',
        before: 48_012_300,
        after: 55_010_000,
        change: 0.1457,
        month: '2011-08',
      },
      {
        measure: 'new_customers',
        before: 191,
        after: 167,
        change: -0.1257,
        month: '2011-08',
        set: 'activity:new:month:2011-08',
      },
      {
        measure: 'repurchase_rate',
        before: 0.301,
        after: 0.322,
        change: 0.0698,
        month: '2011-08',
        set: 'activity:repeat:month:2011-08',
      },
      { measure: 'orders', before: 1501, after: 1512, change: 0.0073, month: '2011-08' },
    ],
  };
}
