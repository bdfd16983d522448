// Tiles on a grid of twelve columns. They flow: each stands beside the one before, or below. Pure.
import type { DashboardTile, ReportAnswer } from '@/api/types';

export const kColumns = 12;
const kWidths = [3, 4, 6, 8, 9, 12] as const;
const kLowest = 3;
const kHighest = 12;

/** Answers that nobody refreshes stay this long before they are asked for again on a visit. */
const kFresh = 5 * 60_000;

/** Whether a visitor should not have to ask for a newer answer. */
export function isOld(kept: ReportAnswer | undefined, minutes: number, now: number): boolean {
  if (!kept) return true;
  if (minutes > 0) return false; // the server sees to it
  return now - new Date(kept.tried_at).getTime() >= kFresh;
}

/** The tiles in reading order. */
export const inOrder = (tiles: readonly DashboardTile[]): DashboardTile[] =>
  [...tiles].sort((a, b) => a.y - b.y || a.x - b.x);

/** Gives every tile its place: row by row, a row as high as its highest tile. */
export function packed(tiles: readonly DashboardTile[]): DashboardTile[] {
  let x = 0;
  let y = 0;
  let height = 0;
  return tiles.map((tile) => {
    const w = Math.min(kColumns, Math.max(1, tile.w));
    if (x + w > kColumns) {
      y += height;
      x = 0;
      height = 0;
    }
    const placed = { ...tile, x, y, w };
    x += w;
    height = Math.max(height, tile.h);
    return placed;
  });
}

/** A report as a new tile after all others. */
export const withTile = (tiles: readonly DashboardTile[], reportId: string): DashboardTile[] =>
  packed([...inOrder(tiles), { report_id: reportId, x: 0, y: 0, w: 6, h: 5 }]);

export const without = (tiles: readonly DashboardTile[], i: number): DashboardTile[] =>
  packed(tiles.filter((_, at) => at !== i));

export type TileChange = 'earlier' | 'later' | 'wider' | 'narrower' | 'taller' | 'lower';

function resized(tile: DashboardTile, change: TileChange): DashboardTile {
  const wider = kWidths.find((w) => w > tile.w);
  const narrower = [...kWidths].reverse().find((w) => w < tile.w);
  if (change === 'wider') return { ...tile, w: wider ?? tile.w };
  if (change === 'narrower') return { ...tile, w: narrower ?? tile.w };
  if (change === 'taller') return { ...tile, h: Math.min(kHighest, tile.h + 1) };
  return { ...tile, h: Math.max(kLowest, tile.h - 1) };
}

export function changed(
  tiles: readonly DashboardTile[],
  i: number,
  change: TileChange,
): DashboardTile[] {
  const next = [...tiles];
  const tile = next[i];
  if (!tile) return next;
  if (change === 'earlier' || change === 'later') {
    const to = change === 'earlier' ? i - 1 : i + 1;
    if (to < 0 || to >= next.length) return next;
    next.splice(i, 1);
    next.splice(to, 0, tile);
  } else {
    next[i] = resized(tile, change);
  }
  return packed(next);
}

/** Whether a change would do anything. */
export function canChange(tiles: readonly DashboardTile[], i: number, change: TileChange): boolean {
  const tile = tiles[i];
  if (!tile) return false;
  if (change === 'earlier') return i > 0;
  if (change === 'later') return i < tiles.length - 1;
  const next = resized(tile, change);
  return next.w !== tile.w || next.h !== tile.h;
}
