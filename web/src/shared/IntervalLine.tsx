import { intervalScale } from './interval';

interface Props {
  low: number;
  value: number;
  high: number;
  label: string;
  show: (value: number) => string;
  compact?: boolean;
}

const kWidth = 720;

/**
 * A 95 % interval on a line that includes 0: whether it crosses the zero line is what is read
 * first.
 */
export function IntervalLine({ low, value, high, label, show, compact = false }: Props) {
  const width = compact ? 200 : kWidth;
  const pad = compact ? 6 : 40;
  const middle = compact ? 11 : 36;
  const height = compact ? 22 : 78;
  const scale = intervalScale([low, value, high], compact ? 2 : 6);
  const x = (at: number) => pad + scale.place(at) * (width - 2 * pad);
  const sure = low > 0 || high < 0;
  const ink = sure ? (low > 0 ? 'var(--accent)' : 'var(--bad)') : 'var(--ink-2)';
  return (
    <svg
      className="interval"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
      style={compact ? { width, height } : undefined}
    >
      <line
        x1={pad}
        x2={width - pad}
        y1={middle}
        y2={middle}
        stroke="var(--line)"
        strokeWidth={1}
      />
      <line
        x1={x(0)}
        x2={x(0)}
        y1={compact ? 2 : 12}
        y2={compact ? 20 : 56}
        stroke="var(--ink-3)"
        strokeWidth={1.5}
      />
      <line
        x1={x(low)}
        x2={x(high)}
        y1={middle}
        y2={middle}
        stroke={ink}
        strokeWidth={compact ? 4 : 6}
        strokeLinecap="round"
      />
      <circle
        cx={x(value)}
        cy={middle}
        r={compact ? 4.5 : 8}
        fill={ink}
        stroke="var(--ground)"
        strokeWidth={2}
      />
      {compact
        ? null
        : scale.ticks.map((tick) => (
            <text
              key={tick}
              x={x(tick)}
              y={72}
              fontSize={12}
              textAnchor="middle"
              fill="var(--ink-3)"
            >
              {show(tick)}
            </text>
          ))}
      {compact ? null : (
        <text
          x={x(value)}
          y={18}
          fontSize={14}
          fontWeight={600}
          textAnchor="middle"
          fill="var(--ink)"
        >
          {show(value)}
        </text>
      )}
    </svg>
  );
}
