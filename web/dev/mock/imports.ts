// One made-up import, which runs when it is looked at.
import type { Import } from '../../src/api/types';
import { kNow } from './shop';

export const imports: Import[] = [
  {
    id: 'i1',
    kind: 'orders',
    name: 'online_retail.csv',
    state: 'uploaded',
    created_at: kNow,
    finished_at: null,
    mapping: {
      columns: {
        order_id: 'InvoiceNo',
        customer_id: 'CustomerID',
        at: 'InvoiceDate',
        sku: 'StockCode',
        quantity: 'Quantity',
        price: 'UnitPrice',
        country: 'Country',
      },
      delimiter: ',',
      encoding: 'UTF-8',
      header: true,
      date_format: 'mdy',
      refund_prefix: 'C',
    },
    fields: [
      'order_id',
      'customer_id',
      'at',
      'sku',
      'name',
      'quantity',
      'price',
      'amount',
      'currency',
      'country',
      'row_key',
    ].map((name) => ({ name, needed: ['order_id', 'at'].includes(name) })),
    sample: {
      columns: [
        'InvoiceNo',
        'StockCode',
        'Description',
        'Quantity',
        'InvoiceDate',
        'UnitPrice',
        'CustomerID',
        'Country',
      ],
      rows: [
        [
          '536365',
          '85123A',
          'WHITE HANGING HEART',
          '6',
          '12/1/2010 8:26',
          '2.55',
          '17850',
          'United Kingdom',
        ],
        [
          '536365',
          '71053',
          'WHITE METAL LANTERN',
          '6',
          '12/1/2010 8:26',
          '3.39',
          '17850',
          'United Kingdom',
        ],
        ['C536379', 'D', 'Discount', '-1', '12/1/2010 9:41', '27.50', '14527', 'United Kingdom'],
      ],
    },
    progress: {
      bytes_done: 0,
      bytes_total: 45_580_638,
      rows: 0,
      stored: 0,
      duplicates: 0,
      rejected: 0,
      left_out: 0,
      anonymous: 0,
      rows_per_second: 0,
      seconds_left: null,
    },
  },
];
export const check = {
  rows: 541_909,
  good: 541_900,
  rejected: 9,
  anonymous: 135_080,
  orders: 25_900,
  refund_rows: 9288,
  customers: 4372,
  first_at: '2010-12-01T08:26:00.000Z',
  last_at: '2011-12-09T12:50:00.000Z',
  total_minor: 974_774_793,
  currency: 'GBP',
  errors: [
    { line: 622, column: 'InvoiceDate', reason: 'no date: "12/45/2010 8:26"' },
    { line: 1443, column: 'Quantity', reason: 'no number: "six"' },
  ],
};

/** A running import moves on at every look. */
export function step(one: Import): Import {
  if (one.state !== 'running') return one;
  const { progress: p } = one;
  p.bytes_done = Math.min(p.bytes_total, p.bytes_done + p.bytes_total / 6);
  p.rows = Math.round((541_909 * p.bytes_done) / p.bytes_total);
  p.stored = p.rows - 9;
  p.rejected = 9;
  p.anonymous = Math.round(p.rows / 4);
  p.rows_per_second = 121_000;
  p.seconds_left = (541_909 - p.rows) / p.rows_per_second;
  if (p.bytes_done >= p.bytes_total) one.state = 'done';
  return one;
}
