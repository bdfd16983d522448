// What the pages of the quarantine share, without React.

export interface QuarantineFilter extends Record<string, string> {
  source: string;
  reason: string;
}
export interface QuarantineDay {
  at: string;
  count: number;
}
export interface DayCount {
  day: string;
  count: number;
}

const kDayMs = 86_400_000;
const kMaxDays = 400;

/** Days ("2026-11-28", ascending) with those between that have nothing, so that gaps show. */
export function everyDay(days: DayCount[]): DayCount[] {
  const first = days[0];
  const last = days[days.length - 1];
  if (!first || !last) return [];
  const counts = new Map(days.map((one) => [one.day, one.count]));
  const end = Date.parse(last.day);
  const start = Math.max(Date.parse(first.day), end - (kMaxDays - 1) * kDayMs);
  const out: DayCount[] = [];
  for (let at = start; at <= end; at += kDayMs) {
    const day = new Date(at).toISOString().slice(0, 10);
    out.push({ day, count: counts.get(day) ?? 0 });
  }
  return out;
}

/** JSON with its lines indented, or the text as it is. */
export function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
