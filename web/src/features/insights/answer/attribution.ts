// Which touches get the credit, by model. Pure.
import type { EChartsOption } from 'echarts';
import type { AnswerOf } from './answers';
import { lyingBarsOption } from './bars';
import { plain, type Look } from './look';
import { measured, number, word, type Sheet } from './sheet';

type Answer = AnswerOf<'attribution'>;
type Row = Answer['rows'][number];

export function touchName(row: Row, look: Look): string {
  if (row.kind === 'none') return look.t('answer.no_touch');
  if (row.kind === 'other') return look.t('answer.other');
  return row.group ? `${row.touch} (${row.group})` : row.touch;
}

const kBars = 20;

/** What is shared out: the value when the conversions have one, else the conversions. */
export const sharesValue = (answer: Answer): boolean => answer.value !== null;

export function attributionOption(answer: Answer, look: Look): EChartsOption {
  const rows = answer.rows.slice(0, kBars);
  const byValue = sharesValue(answer);
  return lyingBarsOption(
    {
      labels: rows.map((row) => touchName(row, look)),
      show: (value) => plain(value, look),
      lines: answer.models.map((model, i) => ({
        name: look.word('model', model),
        points: rows.map((row) => ({
          value: (byValue ? row.credits[i]?.value : row.credits[i]?.conversions) ?? null,
          people: row.people.people,
          about: touchName(row, look),
        })),
      })),
    },
    look,
  );
}

export const attributionHeight = (answer: Answer): number =>
  80 + Math.min(kBars, answer.rows.length) * (18 + 14 * answer.models.length);

export function attributionSheet(answer: Answer, look: Look): Sheet {
  const { t, format } = look;
  const amount = (value: number | null | undefined) => plain(value, look);
  const byValue = sharesValue(answer);
  return {
    columns: [
      { key: 'touch', title: t('answer.touch') },
      { key: 'conversions', title: t('answer.took_part'), num: true },
      { key: 'people', title: t('answer.people'), num: true },
      ...answer.models.flatMap((model) => {
        const name = look.word('model', model);
        return [
          { key: `${model}_conversions`, title: name, num: true },
          ...(byValue
            ? [{ key: `${model}_value`, title: t('answer.value_of', { name }), num: true }]
            : []),
          { key: `${model}_share`, title: '%', num: true },
        ];
      }),
    ],
    rows: answer.rows.map((row) => [
      word(touchName(row, look)),
      number(row.conversions, format.count),
      measured(row.people, format.count),
      ...row.credits.flatMap((credit) => [
        number(credit.conversions, amount),
        ...(byValue ? [number(credit.value, amount)] : []),
        number(credit.share, format.percent),
      ]),
    ]),
  };
}
