import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ExperimentMeasure } from '@/api/types';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { Labelled } from './Labelled';

/** Quantiles of the values above 0 to which larger ones are cut. */
const kCaps = [1, 0.999, 0.99, 0.95];

interface Props {
  measure: ExperimentMeasure;
  change: (next: ExperimentMeasure) => void;
}

/** What a measure of money or of amounts can have beside: its costs, a quantile, a cut. */
export function MeasureExtras({ measure, change }: Props) {
  const { t } = useTranslation();
  const { kind } = measure;
  return (
    <>
      {kind === 'revenue' ? (
        <Select
          aria-label={t('proof.net')}
          value={measure.net ? 'net' : 'gross'}
          onChange={(next) => change({ ...measure, net: next === 'net' })}
          options={[
            { value: 'gross', label: t('proof.net_gross') },
            { value: 'net', label: t('proof.net_net') },
          ]}
        />
      ) : null}
      {kind === 'quantile' ? (
        <Labelled label={t('proof.level')}>
          <NeededNumber
            aria-label={t('proof.level')}
            min={1}
            max={99}
            value={Math.round((measure.level ?? 0.5) * 100)}
            onChange={(percent) => change({ ...measure, level: percent / 100 })}
            style={{ width: 80 }}
          />
        </Labelled>
      ) : kind === 'proportion' || kind === 'retention' ? null : (
        <Select
          aria-label={t('proof.cap')}
          value={measure.cap_level ?? 1}
          onChange={(level) => change({ ...measure, cap_level: level })}
          options={kCaps.map((level) => ({
            value: level,
            label: level === 1 ? t('proof.cap_none') : t('proof.cap_at', { n: level * 100 }),
          }))}
        />
      )}
    </>
  );
}
