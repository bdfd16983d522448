import { useTranslation } from 'react-i18next';
import type { Goal } from '@/api/types';
import { useWords } from '@/shared/use_words';
import { monthsBetween, plotOf, useGoalValues } from './goal';

const kWidth = 760;
const kHeight = 150;
const kLeft = 84;
const kRight = 84;
const kTop = 12;
const kBottom = 24;

/** Months before and since, beside the straight line from the base to the target. */
export function GoalLine({ goal }: { goal: Goal }) {
  const { t } = useTranslation();
  const word = useWords();
  const values = useGoalValues();
  const length = monthsBetween(goal.from, goal.to);
  const plot = plotOf(goal, length);
  const slots = Math.max(goal.earlier.length + length - 1, 1);
  const x = (at: number) => kLeft + (at / slots) * (kWidth - kLeft - kRight);
  const y = (value: number) =>
    kTop + ((plot.high - value) / (plot.high - plot.low)) * (kHeight - kTop - kBottom);
  const [base, target] = plot.path ?? [];
  const last = plot.points.at(-1);
  const show = (value: number) => values.value(goal.measure, value);
  return (
    <svg
      viewBox={`0 0 ${kWidth} ${kHeight}`}
      role="img"
      style={{ width: '100%', maxWidth: kWidth }}
      aria-label={t('goal.line', {
        measure: word('goal_measure', goal.measure),
        last: last ? `${last.label} ${show(last.value)}` : '–',
        target: values.value(goal.measure, goal.target),
      })}
    >
      <line
        x1={kLeft}
        x2={kWidth - kRight}
        y1={kHeight - kBottom}
        y2={kHeight - kBottom}
        stroke="var(--line)"
      />
      {base && target ? (
        <g>
          <line
            x1={x(base.at)}
            y1={y(base.value)}
            x2={x(target.at)}
            y2={y(target.value)}
            stroke="var(--ink-3)"
            strokeWidth={1.5}
            strokeDasharray="5 4"
          />
          <circle
            cx={x(target.at)}
            cy={y(target.value)}
            r={5}
            fill="none"
            stroke="var(--ink-3)"
            strokeWidth={1.5}
          />
          <text x={x(target.at) + 10} y={y(target.value) + 4} fontSize={12} fill="var(--ink-2)">
            {show(target.value)}
          </text>
        </g>
      ) : null}
      <polyline
        points={plot.points.map((point) => `${x(point.at)},${y(point.value)}`).join(' ')}
        fill="none"
        stroke="var(--accent)"
        strokeWidth={2}
      />
      {plot.points.map((point) =>
        point.low === null || point.high === null ? null : (
          <line
            key={point.label}
            x1={x(point.at)}
            x2={x(point.at)}
            y1={y(point.low)}
            y2={y(point.high)}
            stroke="var(--accent)"
            strokeOpacity={0.35}
            strokeWidth={5}
          />
        ),
      )}
      {plot.points.map((point) => (
        <circle
          key={point.label}
          cx={x(point.at)}
          cy={y(point.value)}
          r={4}
          fill={point.complete ? 'var(--accent)' : 'var(--ground)'}
          stroke="var(--accent)"
          strokeWidth={1.5}
        >
          <title>{`${point.label} ${show(point.value)}`}</title>
        </circle>
      ))}
      {plot.points[0] ? (
        <text
          x={x(plot.points[0].at) - 10}
          y={y(plot.points[0].value) + 4}
          fontSize={12}
          textAnchor="end"
          fill="var(--ink-2)"
        >
          {show(plot.points[0].value)}
        </text>
      ) : null}
      <text x={kLeft} y={kHeight - 6} fontSize={11} textAnchor="middle" fill="var(--ink-3)">
        {plot.labels[0] ?? goal.from}
      </text>
      <text
        x={x(goal.earlier.length)}
        y={kHeight - 6}
        fontSize={11}
        textAnchor="middle"
        fill="var(--ink-3)"
      >
        {goal.from}
      </text>
      <text
        x={kWidth - kRight}
        y={kHeight - 6}
        fontSize={11}
        textAnchor="middle"
        fill="var(--ink-3)"
      >
        {goal.to}
      </text>
    </svg>
  );
}
