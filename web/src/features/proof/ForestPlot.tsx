import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExperimentResult } from '@/api/types';
import type { IntervalScale } from '@/shared/interval';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Verdict } from '@/shared/Verdict';
import { forestOf, intervalOf, placeIn, type ForestRow } from './result';
import { useNames } from './use_names';
import { useValues } from './use_values';

const kWidth = 320;
const kPad = 8;

function Line({ row, scale, label }: { row: ForestRow; scale: IntervalScale; label: string }) {
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
          <circle cx={x(interval.value)} cy={11} r={5} fill={ink} stroke="var(--ground)" />
        </>
      ) : null}
    </svg>
  );
}

function Axis({ scale }: { scale: IntervalScale }) {
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

function Row({
  row,
  scale,
  result,
}: {
  row: ForestRow;
  scale: IntervalScale;
  result: ExperimentResult;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const names = useNames();
  const values = useValues(result.currency);
  const { measure, effect } = row;
  const arm = result.arms.find((one) => one.key === effect.arm);
  const name = `${names.measure(measure)} · ${arm ? names.arm(arm) : effect.arm}`;
  const relative = intervalOf(effect.relative);
  const range = relative
    ? t('result.range', { low: values.percent(relative.low), high: values.percent(relative.high) })
    : word('proof_why', effect.relative.unsaid || effect.why);
  return (
    <tr>
      <td>{name}</td>
      <td className="num">
        <b>{values.change(measure, effect.absolute.effect)}</b>
      </td>
      <td className="num">{relative ? values.percent(relative.value) : '–'}</td>
      <td>
        <Line row={row} scale={scale} label={`${name} ${range}`} />
      </td>
      <td className="num small">{range}</td>
      <td className="num">
        {effect.p_adjusted === null ? '–' : format.count(effect.p_adjusted, 3)}
      </td>
      <td className="num">{format.percent(effect.chance_to_win, 0)}</td>
      <td className="nowrap">
        <Verdict verdict={effect.verdict} />
      </td>
    </tr>
  );
}

/** Every measure and arm against the control, on one line of relative effects. */
export function ForestPlot({ result }: { result: ExperimentResult }) {
  const { t } = useTranslation();
  const { rows, scale } = useMemo(() => forestOf(result), [result]);
  return (
    <Section title={t('proof.forest')}>
      <div className="scroll-x" tabIndex={0}>
        <table className="plain">
          <thead>
            <tr>
              <th>{t('insight.measure')}</th>
              <th className="num">{t('result.difference')}</th>
              <th className="num">{t('proof.relative')}</th>
              <th>
                <Axis scale={scale} />
              </th>
              <th className="num">{t('result.interval')}</th>
              <th className="num">{t('proof.p_adjusted')}</th>
              <th className="num">{t('proof.chance')}</th>
              <th>{t('campaign.verdict')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row
                key={`${row.measure.key} ${row.effect.arm}`}
                row={row}
                scale={scale}
                result={result}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet small">
        {t(result.sequential ? 'proof.method_sequential' : 'proof.method_fixed')}
      </p>
    </Section>
  );
}
