import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ExperimentResult } from '@/api/types';
import { People } from '@/shared/People';
import { useFormat } from '@/shared/use_format';
import { useNames } from './use_names';
import { useValues } from './use_values';

/** A draw that is not what it should be, people in two arms, and what the size can show. */
export function Banners({ result }: { result: ExperimentResult }) {
  const { t } = useTranslation();
  const format = useFormat();
  const values = useValues(result.currency);
  const names = useNames();
  const [first] = result.measures;
  const { sample_ratio: ratio, detectable, detectable_relative: relative } = result;
  return (
    <div className="stack tight">
      {ratio.ok ? null : (
        <Alert
          type="error"
          showIcon
          message={t('proof.mismatch')}
          description={t('proof.mismatch_hint', {
            p: ratio.p_value === null ? '–' : ratio.p_value.toExponential(1),
          })}
        />
      )}
      {result.mixed > 0 ? (
        <Alert
          type="warning"
          showIcon
          message={t('proof.mixed', { n: format.count(result.mixed) })}
          description={
            <People n={result.mixed} set={result.mixed_set}>
              {t('proof.show_people')}
            </People>
          }
        />
      ) : null}
      {result.elsewhere > 0 ? (
        <Alert
          type="warning"
          showIcon
          message={t('proof.elsewhere', { n: format.count(result.elsewhere) })}
        />
      ) : null}
      {first && detectable !== null ? (
        <Alert
          type={relative !== null && relative > 0.2 ? 'warning' : 'info'}
          showIcon
          message={t('proof.power', {
            n: format.count(result.people),
            measure: names.measure(first),
            difference:
              relative === null ? values.change(first, detectable) : format.percent(relative, 1),
          })}
        />
      ) : null}
      {result.sequential || result.complete ? null : (
        <Alert
          type="info"
          showIcon
          message={t('proof.fixed_wait', { days: result.planned_days })}
        />
      )}
    </div>
  );
}
