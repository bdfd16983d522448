import { Form, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { RecommenderSettings } from '@/api/value_types';
import { NumberInput } from '@/shared/NumberInput';
import { ModelSettings } from './ModelSettings';

export function RecommenderSettingsForm({ settings }: { settings: RecommenderSettings }) {
  const { t } = useTranslation();
  return (
    <ModelSettings
      model="recommendations"
      settings={settings}
      save={(body) => must(api.PUT('/v1/value/recommendations/settings', { body }))}
    >
      <Form.Item name="repeat" label={t('recommend.repeat')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item
        name="per_category"
        label={t('recommend.per_category')}
        extra={t('recommend.per_category_hint')}
      >
        <NumberInput min={0} max={100} />
      </Form.Item>
      <Form.Item name="test_days" label={t('recommend.test_days')}>
        <NumberInput min={7} max={180} addonAfter={t('unit.days_word')} />
      </Form.Item>
      <Form.Item name="factors" label={t('recommend.factors')}>
        <NumberInput min={8} max={256} />
      </Form.Item>
    </ModelSettings>
  );
}
