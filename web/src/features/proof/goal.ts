// Goals in words and on a line.
import type { Goal } from '@/api/types';
import type { MarkKind } from '@/shared/Mark';
import { useFormat } from '@/shared/use_format';

export const kGoalMeasures = [
  'retention_rate',
  'repurchase_rate',
  'customers',
  'new_customers',
  'revenue',
  'cac',
  'nps',
  'complaint_rate',
  'ltv_cac',
] as const;

export const kStandingMarks: Record<Goal['standing'], MarkKind> = {
  no_number: 'neutral',
  not_begun: 'neutral',
  on_track: 'good',
  behind: 'warn',
  reached: 'good',
  missed: 'bad',
};

export const isRate = (measure: Goal['measure']) =>
  measure === 'retention_rate' || measure === 'repurchase_rate' || measure === 'complaint_rate';
/** Read from events in which people say something. */
export const isSaid = (measure: Goal['measure']) =>
  measure === 'nps' || measure === 'complaint_rate';
/** The change is said in points of the measure, not as a share of the base. */
export const inPoints = (measure: Goal['measure']) => isRate(measure) || measure === 'nps';
export const isMoney = (measure: Goal['measure']) => measure === 'revenue' || measure === 'cac';

export function useGoalValues() {
  const format = useFormat();
  return {
    value: (measure: Goal['measure'], value: number | null) => {
      if (value === null) return '–';
      if (isRate(measure)) return format.percent(value, 1);
      if (measure === 'nps' || measure === 'ltv_cac') return format.count(value, 1);
      return isMoney(measure) ? format.money(Math.round(value)) : format.count(value, 0);
    },
  };
}

export interface Point {
  label: string;
  at: number;
  value: number;
  complete: boolean;
  set: string;
  /** Of the interval, where the measure has one. */
  low: number | null;
  high: number | null;
}
export interface GoalPlot {
  labels: string[];
  points: Point[];
  /** Base and target with their places: the line between them is where the goal should be. */
  path: [{ at: number; value: number }, { at: number; value: number }] | null;
  low: number;
  high: number;
}

/** The months before and since on one axis of months; month 0 is the first one shown. */
export function plotOf(goal: Goal, length: number): GoalPlot {
  const shown: readonly Goal['earlier'][number][] = [...goal.earlier, ...goal.months];
  const points = shown.flatMap((month, at) =>
    month.value === null
      ? []
      : [
          {
            label: month.label,
            at,
            value: month.value,
            complete: month.complete,
            set: month.set,
            low: month.low,
            high: month.high,
          },
        ],
  );
  const start = goal.earlier.length;
  const path: GoalPlot['path'] =
    goal.base_is === null || goal.target === null
      ? null
      : [
          { at: start - 1, value: goal.base_is },
          { at: start + length - 1, value: goal.target },
        ];
  const bounds = points.flatMap((point) => [point.low ?? point.value, point.high ?? point.value]);
  const values = [...bounds, ...(path ?? []).map((point) => point.value)];
  const low = Math.min(...values, Infinity);
  const high = Math.max(...values, -Infinity);
  const room = (high - low || Math.abs(high) || 1) * 0.12;
  return {
    labels: shown.map((month) => month.label),
    points,
    path,
    low: values.length ? low - room : 0,
    high: values.length ? high + room : 1,
  };
}

/** How many months lie from one label ("2026-03") to another, both counted. */
export function monthsBetween(from: string, to: string): number {
  const index = (label: string) => {
    const [year = 0, month = 0] = label.split('-').map(Number);
    return year * 12 + month;
  };
  return index(to) - index(from) + 1;
}
