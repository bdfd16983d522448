// How numbers and money are written. Pure: language and currency come in as arguments.

export const kNothing = '–';
export type Maybe<T> = T | null | undefined;

const numberFormats = new Map<string, Intl.NumberFormat>();
function numbers(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale + JSON.stringify(options);
  let format = numberFormats.get(key);
  if (!format) numberFormats.set(key, (format = new Intl.NumberFormat(locale, options)));
  return format;
}

export const localeOf = (language: string): string =>
  language.startsWith('zh') ? 'zh-CN' : 'en-GB';

export function count(value: Maybe<number>, locale: string, digits = 0): string {
  if (value === null || value === undefined) return kNothing;
  return numbers(locale, { maximumFractionDigits: digits }).format(value);
}

/** A share (0.25) as a percentage (25.0 %). */
export function percent(share: Maybe<number>, locale: string, digits = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return kNothing;
  return numbers(locale, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(share);
}

/** A difference of shares in percentage points, always with its sign. */
export function points(difference: Maybe<number>, locale: string, digits = 1): string {
  if (difference === null || difference === undefined || !Number.isFinite(difference))
    return kNothing;
  return numbers(locale, {
    signDisplay: 'exceptZero',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(difference * 100);
}

export function minorDigits(currency: string): number {
  try {
    const format = numbers('en', { style: 'currency', currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

export interface MoneyStyle {
  whole?: boolean;
  sign?: boolean;
}
/** Minor units (1234) in their currency (£12.34). */
export function money(
  minor: Maybe<number>,
  currency: string,
  locale: string,
  style: MoneyStyle = {},
): string {
  if (minor === null || minor === undefined) return kNothing;
  const digits = minorDigits(currency);
  const shown = style.whole ? 0 : digits;
  const value = minor / 10 ** digits;
  const options: Intl.NumberFormatOptions = {
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
    signDisplay: style.sign ? 'exceptZero' : 'auto',
  };
  try {
    return numbers(locale, {
      ...options,
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
    }).format(value);
  } catch {
    return `${currency} ${numbers(locale, options).format(value)}`;
  }
}

export function bytes(value: Maybe<number>, locale: string): string {
  if (value === null || value === undefined) return kNothing;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return `${count(scaled, locale, unit > 0 && scaled < 100 ? 1 : 0)} ${units[unit]}`;
}

/** Seconds as 1:05 or 2:01:09. */
export function clockTime(seconds: Maybe<number>): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return kNothing;
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (part: number) => String(part).padStart(2, '0');
  return parts[0]
    ? `${parts[0]}:${pad(parts[1] ?? 0)}:${pad(parts[2] ?? 0)}`
    : `${parts[1] ?? 0}:${pad(parts[2] ?? 0)}`;
}
