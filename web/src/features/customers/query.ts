// The list's address and the question it asks, both ways.

export const kPageSize = 50;
export const kSorts = [
  'last_order',
  'first_order',
  'orders',
  'revenue',
  'name',
  'last_seen',
  'first_seen',
] as const;
export type Sort = (typeof kSorts)[number];
export type Known = 'yes' | 'no' | 'all';

export interface ListQuery {
  search?: string;
  set?: string;
  country?: string;
  known: Known;
  sort: Sort;
  order: 'asc' | 'desc';
  offset: number;
  limit: number;
}

/** Reads the question out of the page's address; what it does not know is left at its preset. */
export function queryOf(params: URLSearchParams): ListQuery {
  const text = (name: string) => params.get(name)?.trim() || undefined;
  const page = Math.max(1, Math.floor(Number(params.get('page') ?? 1)) || 1);
  const set = text('set');
  const search = text('search');
  const country = text('country');
  const known = (['yes', 'no', 'all'] as const).find((one) => one === params.get('known'));
  return {
    ...(search ? { search } : {}),
    ...(set ? { set } : {}),
    ...(country ? { country } : {}),
    known: known ?? 'yes',
    sort: kSorts.find((one) => one === params.get('sort')) ?? 'last_order',
    order: params.get('order') === 'asc' ? 'asc' : 'desc',
    offset: (page - 1) * kPageSize,
    limit: kPageSize,
  };
}

/** Where the same list comes from as CSV: everything but the page. */
export function exportPath(query: ListQuery): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (name !== 'offset' && name !== 'limit' && value !== undefined)
      params.set(name, String(value));
  }
  return `/v1/customers.csv?${params.toString()}`;
}
