import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ExperimentDraft } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { Labelled } from './Labelled';
import { addsUp, withArms } from './draft';

interface Props {
  draft: ExperimentDraft;
  change: (next: ExperimentDraft) => void;
}

/** The arms with their weights; the first is the control. */
export function ArmFields({ draft, change }: Props) {
  const { t } = useTranslation();
  const put = (i: number, next: Partial<ExperimentDraft['arms'][number]>) =>
    change({ ...draft, arms: draft.arms.map((arm, k) => (k === i ? { ...arm, ...next } : arm)) });
  return (
    <>
      <Labelled label={t('proof.arm_count')}>
        <NumberInput
          aria-label={t('proof.arm_count')}
          min={2}
          max={10}
          value={draft.arms.length}
          onChange={(count) => change(withArms(draft, Math.min(10, Math.max(2, count ?? 2))))}
          style={{ width: 80 }}
        />
      </Labelled>
      {draft.arms.map((arm, i) => (
        <div key={i} className="row" style={{ marginBottom: 8 }}>
          <Input
            aria-label={t('proof.arm_key')}
            value={arm.key}
            maxLength={64}
            onChange={(event) => put(i, { key: event.target.value })}
            style={{ width: 160 }}
          />
          <Input
            aria-label={t('proof.arm_name')}
            placeholder={i === 0 ? t('proof.control') : t('proof.arm_name')}
            value={arm.name ?? ''}
            onChange={(event) => put(i, { name: event.target.value })}
            style={{ width: 220 }}
          />
          <Labelled unit="%">
            <NumberInput
              aria-label={t('proof.arm_weight')}
              min={0}
              max={100}
              value={Math.round(arm.weight * 1e4) / 100}
              onChange={(percent) => put(i, { weight: (percent ?? 0) / 100 })}
              style={{ width: 80 }}
            />
          </Labelled>
        </div>
      ))}
      {addsUp(draft) ? null : (
        <p className="bad" role="alert">
          {t('proof.weights_wrong')}
        </p>
      )}
    </>
  );
}
