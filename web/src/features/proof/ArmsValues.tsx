import { useTranslation } from 'react-i18next';
import type { ExperimentResult } from '@/api/types';
import { People } from '@/shared/People';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { isShare } from './result';
import { useNames } from './use_names';
import { useValues } from './use_values';

/** What each arm shows, every number with its people. */
export function ArmsValues({ result }: { result: ExperimentResult }) {
  const { t } = useTranslation();
  const format = useFormat();
  const names = useNames();
  const values = useValues(result.currency);
  const { p_value: p } = result.sample_ratio;
  return (
    <Section title={t('proof.arms')}>
      <div className="scroll-x" tabIndex={0}>
        <table className="plain">
          <thead>
            <tr>
              <th>{t('insight.measure')}</th>
              {result.arms.map((arm) => (
                <th key={arm.key} className="num">
                  {names.arm(arm)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>{t('proof.people')}</td>
              {result.arms.map((arm) => (
                <td key={arm.key} className="num">
                  <People n={arm.people} set={arm.set} />
                  <div className="quiet small">
                    {t('proof.weight', { share: format.percent(arm.weight) })}
                  </div>
                </td>
              ))}
            </tr>
            {result.measures.map((measure) => (
              <tr key={measure.key}>
                <td>{names.measure(measure)}</td>
                {measure.arms.map((arm) => (
                  <td key={arm.arm} className="num">
                    {values.value(measure, arm.value)}
                    {isShare(measure.kind) && arm.sum !== null ? (
                      <span className="small">
                        {' '}
                        (<People n={Math.round(arm.sum)} set={arm.set} />)
                      </span>
                    ) : null}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={result.sample_ratio.ok ? 'quiet' : 'bad'}>
        {t(result.sample_ratio.ok ? 'proof.ratio_ok' : 'proof.ratio_bad', {
          p: p === null ? '–' : p < 0.0001 ? p.toExponential(1) : format.count(p, 4),
        })}
      </p>
    </Section>
  );
}
