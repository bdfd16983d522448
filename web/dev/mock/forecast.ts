// A made-up forecast.
import type { Forecast } from '../../src/api/value_types';
import { kNow } from './shop';

const kWeek = 7 * 86_400_000;

export function forecast(url: URL): Forecast {
  const of = url.searchParams.get('of') === 'revenue' ? 'revenue' : 'orders';
  const count = Number(url.searchParams.get('weeks') ?? 12);
  const scale = of === 'revenue' ? 37_000 : 1;
  const at = (week: number) => new Date(Date.parse(kNow) + week * kWeek).toISOString();
  const level = (week: number) => scale * (420 + 60 * Math.sin(week / 6) + 2 * week);
  return {
    as_of: kNow,
    of,
    holidays: [],
    currency: 'GBP',
    past: Array.from({ length: 70 }, (_, i) => ({
      week: at(i - 71),
      value: Math.round(level(i - 71) * (1 + 0.12 * Math.sin(i * 7.3))),
    })),
    weeks: Array.from({ length: count }, (_, i) => {
      const value = level(i);
      const width = value * 0.1 * Math.sqrt(1 + i / 4);
      return {
        week: at(i - 1),
        value,
        low_80: value - width,
        high_80: value + width,
        low_95: value - 1.7 * width,
        high_95: value + 1.7 * width,
      };
    }),
    model: { form: 'AAdN', logarithms: true, alpha: 0.31, beta: 0.02, phi: 0.93, gamma: 0 },
    card: {
      origins: 26,
      forecasts: 104,
      error: 38.2 * scale,
      naive_error: 51.7 * scale,
      held_80: 0.79,
      held_95: 0.94,
      held_of: 52,
      faults: [],
    },
  };
}
