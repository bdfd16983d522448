// A made-up model of lifetime value.
import type { BackTestCard, Churn, Clv } from '../../src/api/value_types';
import { kNow, people } from './shop';

const kWeeks = 40;
const kDay = 86_400_000;

function card(model: BackTestCard['model'], off: number): BackTestCard {
  const from = Date.parse(kNow) - kWeeks * 7 * kDay;
  const at = (week: number) => new Date(from + week * 7 * kDay).toISOString();
  return {
    model,
    from: at(0),
    split: at(26),
    to: kNow,
    customers: 1180,
    expected: 1420 * off,
    actual: 1420,
    error: 0.81 * off,
    naive_error: 1.12,
    by_repeats: Array.from({ length: 8 }, (_, i) => ({
      people: Math.round(620 / (i + 1)),
      expected: 0.2 + i * 0.52,
      actual: 0.22 + i * 0.5,
      set: `clv:repeats:${i}`,
    })),
    calibration: Array.from({ length: 10 }, (_, i) => ({
      people: 118,
      expected: 0.05 + i * i * 0.045,
      actual: 0.08 + i * i * 0.043,
      set: `clv:forecast:${i + 1}`,
    })),
    tracking: Array.from({ length: kWeeks }, (_, i) => ({
      week_end: at(i + 1),
      expected: 2.1 * i ** 1.9,
      actual: 2.1 * i ** 1.9 * (1 + 0.06 * Math.sin(i / 3)),
    })),
    faults: off > 1.3 ? ['total_off'] : [],
  };
}

export function clv(): Clv {
  const settings = {
    model: 'best' as const,
    horizon_months: 12,
    margin: 0.35,
    discount_rate: 0.1,
    retrain_days: 30,
    scheduled: true,
  };
  const best = card('bg_nbd', 0.96);
  const tenths = Array.from({ length: 10 }, (_, i) => ({
    tenth: i + 1,
    people: 140,
    lowest_minor: i * i * 900,
    value_minor: (i + 1) ** 3 * 14_000,
    purchases: 20 + i * i * 8,
    set: `clv:tenth:${i + 1}`,
  }));
  const names = ['r', 'alpha', 'a', 'b'];
  return {
    currency: 'GBP',
    settings,
    training: false,
    error: null,
    model: {
      version: 3,
      model: 'bg_nbd',
      as_of: kNow,
      trained_at: kNow,
      customers: 1400,
      settings,
      purchases: {
        parameters: names.map((name, i) => ({
          name,
          value: 0.4 + i,
          standard_error: 0.05 + i / 9,
        })),
        log_likelihood: -9582.43,
        certainty: 'found',
      },
      spend: {
        parameters: ['p', 'q', 'gamma'].map((name, i) => ({
          name,
          value: 6.2 - i,
          standard_error: i === 1 ? null : 0.4,
        })),
        log_likelihood: -4055.92,
        certainty: 'held',
      },
      card: best,
      compared: [card('pareto_nbd', 1.08), card('mbg_nbd', 1.4)],
      faults: [],
    },
    scores: {
      as_of: kNow,
      customers: 1400,
      alive: 1012.4,
      purchases: 3120.8,
      value_minor: tenths.reduce((sum, one) => sum + one.value_minor, 0),
      new_customer_minor: 41_200,
      tenths,
    },
    versions: [3, 2, 1].map((version) => ({
      version,
      model: 'bg_nbd' as const,
      trained_at: kNow,
      customers: 1400,
      expected: 1360,
      actual: version === 1 ? 900 : 1420,
      error: 0.8,
      naive_error: 1.1,
      faults: version === 1 ? (['total_off'] as const).slice() : [],
    })),
  };
}

export function clvPeople() {
  const rows = people.slice(0, 50).map((one, i) => ({
    id: one.id,
    name: one.name,
    user_id: one.user_id,
    alive: 0.98 - i / 120,
    purchases: 14 - i / 5,
    spend_minor: 42_000 - i * 300,
    value_minor: 480_000 - i * 7_000,
    tenth: 10,
  }));
  return { total: people.length, people: rows };
}

const kColumns = ['gap_stretch', 'days_since_last', 'orders_90', 'paid_90', 'refund_share'];

export function churn(): Churn {
  const settings = { horizon_days: 90, retrain_days: 30, scheduled: true };
  return {
    currency: 'GBP',
    settings,
    training: false,
    error: null,
    model: {
      version: 2,
      trained_at: kNow,
      learned_at: kNow,
      tested_at: kNow,
      settings,
      kind: 'trees',
      card: {
        learned: 2100,
        held_out: 520,
        quality: {
          people: 2711,
          left: 903,
          auc: 0.812,
          pr_auc: 0.701,
          brier: 0.157,
          base_brier: 0.222,
          lift: 2.41,
          reliability: Array.from({ length: 10 }, (_, i) => ({
            people: 271,
            expected: 0.04 + i * 0.09,
            actual: 0.05 + i * 0.085,
          })),
        },
        plain_auc: 0.79,
        trees_auc: 0.815,
        faults: [],
      },
      importance: kColumns.map((column, i) => ({ column, share: 0.7 / (i + 1) })),
    },
    scores: {
      as_of: kNow,
      people: 1208,
      bands: [420, 310, 220, 160, 98].map((n, i) => ({
        band: i + 1,
        people: n,
        leaving: n * (0.1 + 0.2 * i),
        paid_minor: n * 90_000,
        set: `churn:band:${i + 1}`,
      })),
      drifted: [{ column: 'orders_90', index: 0.31 }],
    },
    versions: [2, 1].map((version) => ({
      version,
      trained_at: kNow,
      kind: 'trees' as const,
      people: 2711,
      auc: 0.81,
      lift: 2.4,
      faults: [],
    })),
  };
}

export function churnPeople() {
  const rows = people.slice(0, 50).map((one, i) => ({
    id: one.id,
    name: one.name,
    user_id: one.user_id,
    probability: 0.93 - i / 80,
    paid_minor: one.revenue_minor,
    reasons: kColumns
      .slice(0, 3)
      .map((column, k) => ({ column, value: 4 + k, share: 0.6 - k / 5 })),
  }));
  return { total: people.length, people: rows };
}
