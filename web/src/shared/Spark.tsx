interface Props {
  values: readonly (number | null)[];
  label: string;
  width?: number;
  height?: number;
}

/** A small trend line from 0 to 100 % of its own highest value, with the last point marked. */
export function Spark({ values, label, width = 260, height = 64 }: Props) {
  const known = values
    .map((value, i) => ({ value, i }))
    .filter((one): one is { value: number; i: number } => one.value !== null);
  if (known.length < 2) return null;
  const top = Math.max(...known.map((one) => one.value)) || 1;
  const x = (i: number) => 4 + (i / (values.length - 1)) * (width - 8);
  const y = (value: number) => height - 4 - (value / top) * (height - 12);
  const path = known
    .map(({ value, i }, at) => `${at ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
  const last = known[known.length - 1] as { value: number; i: number };
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      <line x1={0} x2={width} y1={height - 4} y2={height - 4} stroke="var(--line)" />
      <path d={path} fill="none" stroke="var(--accent)" strokeWidth={2} strokeLinejoin="round" />
      <circle cx={x(last.i)} cy={y(last.value)} r={4} fill="var(--accent)" />
    </svg>
  );
}
