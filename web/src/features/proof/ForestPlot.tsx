import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExperimentResult } from '@/api/types';
import type { IntervalScale } from '@/shared/interval';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Verdict } from '@/shared/Verdict';
import { Axis, Line } from './ForestLine';
import { forestOf, intervalOf, smallP, type ForestRow } from './result';
import { useNames } from './use_names';
import { useValues } from './use_values';

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
  const absolute = intervalOf(effect.absolute);
  const range = relative
    ? t('result.range', { low: values.percent(relative.low), high: values.percent(relative.high) })
    : word('proof_why', effect.relative.unsaid || effect.why);
  return (
    <tr>
      <td>{name}</td>
      <td className="num">
        <b>{values.change(measure, effect.absolute.effect)}</b>
        {absolute ? (
          <div className="quiet small nowrap">
            {t('result.range', {
              low: values.change(measure, absolute.low),
              high: values.change(measure, absolute.high),
            })}
          </div>
        ) : null}
      </td>
      <td className="num">{relative ? values.percent(relative.value) : '–'}</td>
      <td>
        <Line row={row} scale={scale} label={`${name} ${range}`} />
      </td>
      <td className="num small">{range}</td>
      <td className="num">
        {effect.p_adjusted !== null && smallP(effect.p_adjusted) ? '< ' : ''}
        {effect.p_adjusted === null
          ? '–'
          : format.count(smallP(effect.p_adjusted) ? 0.001 : effect.p_adjusted, 3)}
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
