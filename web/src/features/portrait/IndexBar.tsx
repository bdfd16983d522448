import { leaningOf, placeOf, type WordRow } from './group';

const kWidth = 220;
const kHeight = 20;
const kInks = {
  more: 'var(--accent)',
  less: 'var(--bad)',
  same: 'var(--ink-3)',
  small: 'var(--line)',
} as const;

/** The index of a word from zero, the line of the average, and the interval as a thin line. */
export function IndexBar({ row, scale, label }: { row: WordRow; scale: number; label: string }) {
  const x = (index: number) => placeOf(index, scale) * kWidth;
  const middle = kHeight / 2;
  return (
    <svg
      viewBox={`0 0 ${kWidth} ${kHeight}`}
      role="img"
      aria-label={label}
      style={{ width: kWidth, height: kHeight, display: 'block' }}
    >
      <rect x={0} y={4} width={x(row.index)} height={kHeight - 8} fill={kInks[leaningOf(row)]} />
      {row.small ? null : (
        <line
          x1={x(row.low)}
          x2={x(row.high)}
          y1={middle}
          y2={middle}
          stroke="var(--ink)"
          strokeWidth={1.5}
        />
      )}
      <line x1={x(100)} x2={x(100)} y1={0} y2={kHeight} stroke="var(--ink-2)" strokeWidth={1} />
    </svg>
  );
}
