// How times are written. Pure: language and zone come in as arguments.
import { kNothing, type Maybe } from './format';

const timeFormats = new Map<string, Intl.DateTimeFormat>();
function times(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let format = timeFormats.get(key);
  if (!format) timeFormats.set(key, (format = new Intl.DateTimeFormat(locale, options)));
  return format;
}

export function dateTime(at: Maybe<string>, locale: string, zone: string, seconds = false): string {
  if (!at) return kNothing;
  return times(locale, {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(seconds ? { second: '2-digit' } : {}),
  }).format(new Date(at));
}

export function day(at: Maybe<string>, locale: string, zone: string): string {
  if (!at) return kNothing;
  const options: Intl.DateTimeFormatOptions = locale.startsWith('zh')
    ? { year: 'numeric', month: '2-digit', day: '2-digit' }
    : { year: 'numeric', month: 'short', day: 'numeric' };
  return times(locale, { timeZone: zone, ...options }).format(new Date(at));
}

/** How long ago, in words: "5 minutes ago"; below a minute "now". */
export function ago(at: string, now: number, locale: string): string {
  const minutes = Math.max(0, Math.floor((now - new Date(at).getTime()) / 60_000));
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (minutes < 1) return words.format(0, 'second');
  if (minutes < 60) return words.format(-minutes, 'minute');
  if (minutes < 1440) return words.format(-Math.floor(minutes / 60), 'hour');
  return words.format(-Math.floor(minutes / 1440), 'day');
}

/** Whole days from `at` to `now`, at least 0. */
export function daysSince(at: string, now: string | number): number {
  const ms = new Date(now).getTime() - new Date(at).getTime();
  return Math.max(0, Math.floor(ms / 86_400_000));
}

/** The day (2011-09-09) in a zone of an instant. */
export function isoDay(at: string | number | Date, zone: string): string {
  return times('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(new Date(at));
}

/** Moves an ISO day by whole days. */
export function addDays(isoDate: string, days: number): string {
  const date = new Date(`${isoDate}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
