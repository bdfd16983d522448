import { Checkbox, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ExperimentDraft } from '@/api/types';
import { FieldFault } from '@/shared/form/Fields';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { Section } from '@/shared/Section';
import { Labelled } from './Labelled';
import { keyOf } from './result';

interface Props {
  draft: ExperimentDraft;
  change: (next: Partial<ExperimentDraft>) => void;
}

/** How the experiment is called, and what it is for. */
export function WhatFields({ draft, change }: Props) {
  const { t } = useTranslation();
  return (
    <Section title={t('proof.what')}>
      <div style={{ display: 'grid', gap: 8, maxWidth: 640 }}>
        <Input
          aria-label={t('proof.name')}
          placeholder={t('proof.name')}
          value={draft.name}
          maxLength={120}
          onChange={(event) => change({ name: event.target.value })}
        />
        <FieldFault at="name" />
        <Labelled label={t('proof.key')}>
          <Input
            aria-label={t('proof.key')}
            placeholder={keyOf(draft.name)}
            value={draft.key}
            maxLength={64}
            onChange={(event) => change({ key: event.target.value })}
          />
        </Labelled>
        <FieldFault at="key" />
        <Input.TextArea
          aria-label={t('proof.hypothesis')}
          placeholder={t('proof.hypothesis')}
          value={draft.hypothesis ?? ''}
          onChange={(event) => change({ hypothesis: event.target.value })}
        />
      </div>
    </Section>
  );
}

/** By which test, how long, and about whom. */
export function HowFields({ draft, change }: Props) {
  const { t } = useTranslation();
  return (
    <Section title={t('proof.how')}>
      <div className="stack tight">
        <Checkbox
          checked={draft.sequential ?? true}
          onChange={(event) => change({ sequential: event.target.checked })}
        >
          {t('proof.sequential')}
        </Checkbox>
        <Labelled label={t('proof.planned_days')}>
          <NeededNumber
            aria-label={t('proof.planned_days')}
            min={1}
            max={400}
            value={draft.planned_days ?? 28}
            onChange={(planned_days) => change({ planned_days })}
            style={{ width: 80 }}
          />
        </Labelled>
        <Labelled label={t('proof.audience')}>
          <Input
            aria-label={t('proof.audience')}
            placeholder={t('proof.audience_all')}
            value={draft.audience ?? ''}
            onChange={(event) => change({ audience: event.target.value })}
            style={{ width: 420 }}
          />
        </Labelled>
        <FieldFault at="audience" />
      </div>
    </Section>
  );
}
