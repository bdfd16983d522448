// The pure functions of format.ts, bound to the language of the console and the workspace.
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import * as format from './format';
import * as time from './format_time';
import { useWorkspace } from './session';

export function useFormat() {
  const { i18n } = useTranslation();
  const { zone, currency } = useWorkspace();
  const language = i18n.language;
  return useMemo(() => {
    const locale = format.localeOf(language);
    return {
      locale,
      zone,
      currency,
      count: (value: number | null | undefined, digits = 0) => format.count(value, locale, digits),
      percent: (share: number | null | undefined, digits = 1) =>
        format.percent(share, locale, digits),
      points: (share: number | null | undefined, digits = 1) =>
        format.points(share, locale, digits),
      money: (
        minor: number | null | undefined,
        style: format.MoneyStyle & { currency?: string } = {},
      ) => format.money(minor, style.currency || currency, locale, style),
      bytes: (value: number | null | undefined) => format.bytes(value, locale),
      dateTime: (at: string | null | undefined, seconds = false) =>
        time.dateTime(at, locale, zone, seconds),
      ago: (at: string, now: number) => time.ago(at, now, locale),
      day: (at: string | null | undefined) => time.day(at, locale, zone),
      isoDay: (at: string | number | Date) => time.isoDay(at, zone),
    };
  }, [language, zone, currency]);
}
export type Formats = ReturnType<typeof useFormat>;
