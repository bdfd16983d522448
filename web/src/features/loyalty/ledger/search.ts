// What the ledger is searched for, as the page's address has it. Pure.

export const kKinds = [
  'earn',
  'award',
  'take_back',
  'redeem',
  'hold',
  'capture',
  'release',
  'time_out',
  'refund',
  'adjust',
  'transfer',
  'activate',
  'lapse',
  'expire',
  'merge',
  'unmerge',
  'recognise',
] as const;

export interface LedgerSearch {
  currency?: string;
  kind?: string;
  person?: number;
  reference?: string;
  rule?: string;
  by?: string;
  min?: number;
  max?: number;
  from?: string;
  to?: string;
}

const kWords = ['currency', 'kind', 'reference', 'rule', 'by', 'from', 'to'] as const;
const kNumbers = ['person', 'min', 'max'] as const;

export function searchOf(params: URLSearchParams): LedgerSearch {
  const search: LedgerSearch = {};
  for (const name of kWords) {
    const value = params.get(name)?.trim();
    if (value) search[name] = value;
  }
  for (const name of kNumbers) {
    const value = Number(params.get(name) || Number.NaN);
    if (Number.isSafeInteger(value) && value >= 0) search[name] = value;
  }
  return search;
}

/** Every field, so that those without a value leave the address. */
export function addressOf(search: LedgerSearch): Record<string, string | number | null> {
  return Object.fromEntries([...kWords, ...kNumbers].map((name) => [name, search[name] ?? null]));
}

/** Where the same search is as a file. */
export function csvOf(programme: string, search: LedgerSearch): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(addressOf(search)))
    if (value !== null) params.set(name, String(value));
  const query = params.toString();
  return `/v1/loyalty/programmes/${programme}/postings.csv${query ? `?${query}` : ''}`;
}
