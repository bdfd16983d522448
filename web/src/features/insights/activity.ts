// What the activity chart draws from its rows. Pure.
import type { ActivityRow } from '@/api/types';

export const kMeasures = ['customers', 'orders', 'revenue', 'repurchase'] as const;
export type Measure = (typeof kMeasures)[number];

/**
 * The value of a measure in a row: people, orders, minor units, or a share; null where there is
 * none.
 */
export function valueOf(row: ActivityRow, measure: Measure): number | null {
  switch (measure) {
    case 'customers':
      return row.customers;
    case 'orders':
      return row.orders;
    case 'revenue':
      return row.revenue_minor;
    default:
      return row.repurchase.rate;
  }
}

/** The set that a click on a bar opens: its customers, or those with two orders for repurchase. */
export function setOf(row: ActivityRow, measure: Measure): string | undefined {
  return measure === 'repurchase' ? row.sets?.repeat : row.sets?.customers;
}

export interface Totals {
  orders: number;
  refunds: number;
  anonymous_orders: number;
  revenue_minor: number;
  new_customers: number;
}

/** Sums of what may be summed over periods (people who order in two periods would count twice). */
export function totalsOf(rows: readonly ActivityRow[]): Totals {
  const sum = (pick: (row: ActivityRow) => number) => rows.reduce((all, row) => all + pick(row), 0);
  return {
    orders: sum((row) => row.orders),
    refunds: sum((row) => row.refunds),
    anonymous_orders: sum((row) => row.anonymous_orders),
    revenue_minor: sum((row) => row.revenue_minor),
    new_customers: sum((row) => row.new_customers),
  };
}
