import { Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ExperimentDraft } from '@/api/types';
import { FieldFault } from '@/shared/form/Fields';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { Labelled } from './Labelled';
import { addsUp, withArms } from './draft';

const kCounts = [2, 3, 4, 5, 6, 7, 8, 9, 10];

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
        <Select<number>
          aria-label={t('proof.arm_count')}
          value={draft.arms.length}
          onChange={(count) => change(withArms(draft, count))}
          options={kCounts.map((count) => ({ value: count, label: count }))}
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
            <NeededNumber
              aria-label={`${arm.key || i + 1}: ${t('proof.arm_weight')}`}
              min={0}
              max={100}
              value={Math.round(arm.weight * 1e4) / 100}
              onChange={(percent) => put(i, { weight: percent / 100 })}
              style={{ width: 80 }}
            />
          </Labelled>
          <FieldFault at={`arms.${i}`} />
        </div>
      ))}
      <FieldFault at="arms" />
      {addsUp(draft) ? null : (
        <p className="bad" role="alert">
          {t('proof.weights_wrong')}
        </p>
      )}
    </>
  );
}
