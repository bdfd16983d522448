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

// Columns in the order in which they are offered; a trait is a column too, "trait:NAME".
export const kColumns = [
  'name',
  'user_id',
  'email',
  'phone',
  'stage',
  'cell',
  'country',
  'orders',
  'refunds',
  'revenue',
  'first_order',
  'last_order',
  'first_seen',
  'last_seen',
  'health',
] as const;
export type ColumnWord = (typeof kColumns)[number];
export const kPresetColumns: readonly string[] = kColumns.filter(
  (one) => !['email', 'phone', 'first_seen', 'last_seen', 'health'].includes(one),
);
const kTrait = 'trait:';
export const isTrait = (column: string): boolean => column.startsWith(kTrait);
export const traitOf = (column: string): string => column.slice(kTrait.length);
export const traitColumn = (trait: string): string => kTrait + trait;

/** Columns that can be shown; the preset where nothing was chosen. */
export function columnsOf(chosen: readonly string[] | undefined): string[] {
  const known = (chosen ?? []).filter(
    (one) => isTrait(one) || (kColumns as readonly string[]).includes(one),
  );
  return known.length > 0 ? known : [...kPresetColumns];
}

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

/** What a saved view keeps of a question: everything but the page and what is preset. */
export function savedQuery(query: ListQuery): Record<string, string> {
  const { search, set, country, known, sort, order } = query;
  return {
    ...(search ? { search } : {}),
    ...(set ? { set } : {}),
    ...(country ? { country } : {}),
    ...(known === 'yes' ? {} : { known }),
    sort,
    order,
  };
}

/** The same list as CSV, with the same columns: everything but the page. */
export function exportPath(query: ListQuery, columns: readonly string[]): string {
  const params = new URLSearchParams({ columns: columns.join(',') });
  for (const [name, value] of Object.entries(query)) {
    if (name !== 'offset' && name !== 'limit' && value !== undefined)
      params.set(name, String(value));
  }
  return `/v1/customers.csv?${params.toString()}`;
}
