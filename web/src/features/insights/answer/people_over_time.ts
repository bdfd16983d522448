// Who was active: lifecycle, stickiness, daily to monthly active people. Pure.
import type { EChartsOption } from 'echarts';
import type { AnswerOf } from './answers';
import { barsOption } from './bars';
import { linesOption } from './charts';
import { groupName, periodName, type Look } from './look';
import { measured, number, period, word, type Sheet } from './sheet';

export const kLives = ['new', 'returning', 'resurrecting', 'dormant'] as const;

/** Stacked bars; the dormant stand below zero. */
export function lifecycleOption(answer: AnswerOf<'lifecycle'>, look: Look): EChartsOption {
  return barsOption(
    {
      stacked: true,
      labels: answer.periods.map(periodName),
      show: (value) => look.format.count(Math.abs(value)),
      lines: kLives.map((life, hue) => ({
        name: look.t(`answer.life_${life}`),
        hue: life === 'dormant' ? 5 : hue,
        points: answer.rows.map((row, i) => {
          const { value, people } = row[life];
          return {
            value: value === null ? null : life === 'dormant' ? -value : value,
            people,
            about: [look.t(`answer.life_${life}`), answer.periods[i]?.label].join(' · '),
          };
        }),
      })),
    },
    look,
  );
}

export function lifecycleSheet(answer: AnswerOf<'lifecycle'>, look: Look): Sheet {
  return {
    columns: [
      { key: 'period', title: look.t('insight.period') },
      ...kLives.map((life) => ({ key: life, title: look.t(`answer.life_${life}`), num: true })),
    ],
    rows: answer.rows.flatMap((row, i) => {
      const at = answer.periods[i];
      return at
        ? [[period(at), ...kLives.map((life) => measured(row[life], look.format.count))]]
        : [];
    }),
  };
}

export function stickinessOption(
  answer: AnswerOf<'stickiness'>,
  atLeast: boolean,
  look: Look,
): EChartsOption {
  const longest = Math.max(0, ...answer.groups.map((group) => group.rows.length));
  return barsOption(
    {
      labels: Array.from({ length: longest }, (_, i) => String(i + 1)),
      show: (value) => look.format.count(value),
      lines: answer.groups.map((group) => ({
        name: groupName(group.group, look),
        points: group.rows.map((row) => ({
          ...(atLeast ? row.at_least : row.exactly),
          about: look.t(atLeast ? 'answer.at_least_n' : 'answer.exactly_n', { n: row.periods }),
        })),
      })),
    },
    look,
  );
}

export function stickinessSheet(answer: AnswerOf<'stickiness'>, look: Look): Sheet {
  const { t, format } = look;
  return {
    columns: [
      { key: 'group', title: t('answer.group') },
      { key: 'periods', title: t('answer.active_periods') },
      { key: 'exactly', title: t('answer.exactly'), num: true },
      { key: 'at_least', title: t('answer.at_least'), num: true },
      { key: 'share_at_least', title: t('answer.share'), num: true },
    ],
    rows: answer.groups.flatMap((group) =>
      group.rows.map((row) => [
        word(groupName(group.group, look)),
        { value: row.periods, text: format.count(row.periods) },
        measured(row.exactly, format.count),
        measured(row.at_least, format.count),
        number(shareOf(row.at_least.value, group.people.value), format.percent),
      ]),
    ),
  };
}

export const shareOf = (part: number | null, whole: number | null): number | null =>
  part === null || !whole ? null : part / whole;

const kSpans = ['day', 'week', 'month'] as const;

export function activeOption(answer: AnswerOf<'active'>, look: Look): EChartsOption {
  return linesOption(
    {
      labels: answer.rows.map((row) => periodName(row.period)),
      show: (value) => look.format.count(value),
      lines: kSpans.map((name) => ({
        name: look.t(`answer.active_${name}`),
        points: answer.rows.map((row) => ({
          ...row[name],
          about: `${look.t(`answer.active_${name}`)} · ${row.period.label}`,
        })),
      })),
    },
    look,
  );
}

export function dailyOption(answer: AnswerOf<'active'>, look: Look): EChartsOption {
  return linesOption(
    {
      labels: answer.rows.map((row) => periodName(row.period)),
      show: (value) => look.format.percent(value, 0),
      lines: [
        {
          name: look.t('answer.day_of_month'),
          points: answer.rows.map((row) => ({ value: row.stickiness })),
        },
      ],
    },
    look,
  );
}

export function activeSheet(answer: AnswerOf<'active'>, look: Look): Sheet {
  return {
    columns: [
      { key: 'day', title: look.t('insight.period') },
      ...kSpans.map((name) => ({
        key: `${name}_active`,
        title: look.t(`answer.active_${name}`),
        num: true,
      })),
      { key: 'stickiness', title: look.t('answer.day_of_month'), num: true },
    ],
    rows: answer.rows.map((row) => [
      period(row.period),
      ...kSpans.map((name) => measured(row[name], look.format.count)),
      number(row.stickiness, look.format.percent),
    ]),
  };
}
