// Names for the schemas of the points ledger over all people.
import type { components } from './schema';

type Schemas = components['schemas'];

export type LedgerActor = Schemas['PostingList']['actors'][number];
export type Posting = Schemas['Posting'];
export type QuotedRule = Schemas['QuotedRule'];
export type QuotedSpend = Schemas['QuotedSpend'];
