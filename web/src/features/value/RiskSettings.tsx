import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { ChurnSettings } from '@/api/value_types';
import { NumberItem } from '@/shared/form/NumberItem';
import { useWords } from '@/shared/use_words';
import { ModelSettings } from './ModelSettings';

const kLabels = ['no_order', 'no_activity', 'contract_ended'] as const;

function EventNames({ name, label, hint }: { name: string; label: string; hint: string }) {
  return (
    <Form.Item name={name} label={label} extra={hint}>
      <Select mode="tags" open={false} suffixIcon={null} maxCount={16} />
    </Form.Item>
  );
}

/** What leaving means, and the names of events where the timeline says it. */
function Label() {
  const { t } = useTranslation();
  const word = useWords();
  const form = Form.useFormInstance();
  const label: unknown = Form.useWatch('label', form);
  return (
    <>
      <Form.Item name="label" label={t('risk.label')}>
        <Select options={kLabels.map((value) => ({ value, label: word('churn_label', value) }))} />
      </Form.Item>
      {/* Kept in the form while they are not shown: what is left out goes back to its preset. */}
      <div hidden={label !== 'no_activity'}>
        <EventNames name="activity" label={t('risk.activity')} hint={t('risk.activity_hint')} />
      </div>
      <div hidden={label !== 'contract_ended'}>
        <EventNames
          name="contract_ended"
          label={t('risk.contract_ended')}
          hint={t('risk.contract_ended_hint')}
        />
      </div>
    </>
  );
}

export function RiskSettings({ settings }: { settings: ChurnSettings }) {
  const { t } = useTranslation();
  return (
    <ModelSettings
      model="churn"
      settings={settings}
      save={(body) => must(api.PUT('/v1/value/churn/settings', { body }))}
    >
      <Label />
      <NumberItem
        name="horizon_days"
        label={t('risk.horizon')}
        extra={t('risk.horizon_hint')}
        min={14}
        max={365}
        addonAfter={t('unit.days_word')}
      />
    </ModelSettings>
  );
}
