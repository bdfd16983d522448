import type { IntervalScale } from '@/shared/interval';
import { placeIn, type ForestRow } from './result';
import { useValues } from './use_values';

const kWidth = 320;
const kPad = 8;

const within = (scale: IntervalScale, at: number) => at >= scale.from && at <= scale.to;

/** An interval that goes on beyond the line ends in an arrow. */
export function Line({
  row,
  scale,
  label,
}: {
  row: ForestRow;
  scale: IntervalScale;
  label: string;
}) {
  const { interval } = row;
  const x = (at: number) => kPad + placeIn(scale, at) * (kWidth - 2 * kPad);
  const good = interval && (row.measure.better === 'more' ? interval.low > 0 : interval.high < 0);
  const bad = interval && (row.measure.better === 'more' ? interval.high < 0 : interval.low > 0);
  const ink = good ? 'var(--accent)' : bad ? 'var(--bad)' : 'var(--ink-2)';
  return (
    <svg width={kWidth} height={22} role="img" aria-label={label}>
      {scale.ticks.map((tick) => (
        <line key={tick} x1={x(tick)} x2={x(tick)} y1={0} y2={22} stroke="var(--line)" />
      ))}
      <line x1={x(0)} x2={x(0)} y1={0} y2={22} stroke="var(--ink-3)" strokeWidth={1.5} />
      {interval ? (
        <>
          <line
            x1={x(interval.low)}
            x2={x(interval.high)}
            y1={11}
            y2={11}
            stroke={ink}
            strokeWidth={4}
            strokeLinecap="round"
          />
          {within(scale, interval.value) ? (
            <circle cx={x(interval.value)} cy={11} r={5} fill={ink} stroke="var(--ground)" />
          ) : null}
          {interval.low < scale.from ? <path d="M 0 11 l 9 -6 v 12 z" fill={ink} /> : null}
          {interval.high > scale.to ? (
            <path d={`M ${kWidth} 11 l -9 -6 v 12 z`} fill={ink} />
          ) : null}
        </>
      ) : null}
    </svg>
  );
}

export function Axis({ scale }: { scale: IntervalScale }) {
  const values = useValues('');
  return (
    <svg width={kWidth} height={16} aria-hidden>
      {scale.ticks.map((tick, i) =>
        i % 2 === 0 ? (
          <text
            key={tick}
            x={kPad + placeIn(scale, tick) * (kWidth - 2 * kPad)}
            y={12}
            fontSize={11}
            textAnchor={i === 0 ? 'start' : i === scale.ticks.length - 1 ? 'end' : 'middle'}
            fill="var(--ink-3)"
          >
            {values.percent(tick)}
          </text>
        ) : null,
      )}
    </svg>
  );
}
