// Where the parts of an interval stand on a line that always includes 0.

export interface IntervalScale {
  from: number;
  to: number;
  ticks: number[];
  /** Share of the line's width (0–1) at which a value stands. */
  place: (value: number) => number;
}

/** The step (1, 2 or 5 times a power of ten) that gives about `wanted` steps over `span`. */
export function niceStep(span: number, wanted: number): number {
  const raw = span / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

export function intervalScale(values: readonly number[], wanted = 5): IntervalScale {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const span = high - low || 1;
  const step = niceStep(span * 1.15, wanted);
  const from = Math.floor((low - span * 0.05) / step) * step;
  const to = Math.ceil((high + span * 0.05) / step) * step;
  const ticks: number[] = [];
  const steps = Math.round((to - from) / step);
  for (let i = 0; i <= steps; i += 1) {
    const tick = from + i * step;
    ticks.push(Math.abs(tick) < step / 1e6 ? 0 : tick);
  }
  return { from, to, ticks, place: (value) => (value - from) / (to - from) };
}
