import { Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { ChurnSettings } from '@/api/value_types';
import { NumberInput } from '@/shared/NumberInput';
import { ModelSettings } from './ModelSettings';

export function RiskSettings({ settings }: { settings: ChurnSettings }) {
  const { t } = useTranslation();
  return (
    <ModelSettings
      model="churn"
      settings={settings}
      save={(body) => must(api.PUT('/v1/value/churn/settings', { body }))}
    >
      <Form.Item name="horizon_days" label={t('risk.horizon')} extra={t('risk.horizon_hint')}>
        <NumberInput min={14} max={365} addonAfter={t('unit.days_word')} />
      </Form.Item>
    </ModelSettings>
  );
}
