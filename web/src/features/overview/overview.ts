// What the overview reads out of its one answer. Pure.
import type { CampaignSummary, Overview, RetentionRateRow } from '@/api/types';

type Move = Overview['moves'][number];
type Flow = Overview['stages']['flow'][number];

/** The last month that is over, and the one before it. */
export function lastFullMonths(
  rows: readonly RetentionRateRow[],
): [RetentionRateRow | undefined, RetentionRateRow | undefined] {
  const full = rows.filter((row) => row.complete);
  return [full[full.length - 1], full[full.length - 2]];
}

/**
 * The three largest relative changes, largest first; a change from nothing has no size and is
 * left out.
 */
export function largestMoves(moves: readonly Move[], n = 3): Move[] {
  return moves
    .filter((move) => Number.isFinite(move.change) && move.change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, n);
}

const kGoodStages = ['new', 'active', 'loyal'];

/** Flows between stages that matter, largest first: who left the good stages, and who came back. */
export function mainFlows(flow: readonly Flow[], n = 4): (Flow & { good: boolean })[] {
  return flow
    .filter(({ from, to, people }) => from !== to && people > 0)
    .sort((a, b) => b.people - a.people)
    .slice(0, n)
    .map((one) => ({ ...one, good: kGoodStages.includes(one.to) }));
}

export type Task =
  | { kind: 'import' }
  | { kind: 'recall'; people: number; revenue_minor: number; set: string }
  | { kind: 'draft'; id: string; name: string }
  | { kind: 'sending'; id: string; name: string; left: number }
  | { kind: 'trouble'; id: string; name: string; people: number };

function campaignTasks(campaign: CampaignSummary): Task[] {
  const { id, name, state, counts } = campaign;
  if (state === 'draft') return [{ kind: 'draft', id, name }];
  if (state === 'sending') return [{ kind: 'sending', id, name, left: counts.pending ?? 0 }];
  const trouble = (counts.failed ?? 0) + (counts.in_doubt ?? 0);
  return trouble > 0 ? [{ kind: 'trouble', id, name, people: trouble }] : [];
}

/** What to do today, most urgent first. */
export function tasks(overview: Overview): Task[] {
  if (overview.totals.orders === 0) return [{ kind: 'import' }];
  const found = overview.campaigns.flatMap(campaignTasks);
  const silent = overview.stages.counts.find(({ stage }) => stage === 'silent');
  if (silent && silent.people > 0) {
    found.push({
      kind: 'recall',
      people: silent.people,
      revenue_minor: overview.at_risk_revenue_minor ?? silent.revenue_minor,
      set: silent.set,
    });
  }
  const order: Task['kind'][] = ['import', 'trouble', 'sending', 'draft', 'recall'];
  return found.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}
