import { Form, Input, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { HealthSettings } from '@/api/value_types';
import { NumberItem } from '@/shared/form/NumberItem';
import { useWords } from '@/shared/use_words';
import { ModelSettings } from './ModelSettings';

const kMeasures = ['orders', 'use', 'support', 'satisfaction', 'payment'] as const;
const kEvents = [
  'complaint_opened',
  'complaint_closed',
  'answered',
  'payment_failed',
  'payment_made',
] as const;

export function HealthSettingsForm({ settings }: { settings: HealthSettings }) {
  const { t } = useTranslation();
  const word = useWords();
  return (
    <ModelSettings
      model="health"
      settings={settings}
      save={(body) => must(api.PUT('/v1/value/health/settings', { body }))}
    >
      <Form.Item
        name="learned"
        label={t('health.learn')}
        extra={t('health.learn_hint')}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
      <p className="quiet small">{t('health.weight_hint')}</p>
      {kMeasures.map((measure) => (
        <NumberItem
          key={measure}
          name={['weights', measure]}
          label={word('measure_of_health', measure)}
          min={0}
          max={100}
        />
      ))}
      <NumberItem name="red_below" label={t('health.red_below')} min={1} max={99} />
      <NumberItem name="green_from" label={t('health.green_from')} min={1} max={99} />
      <Form.Item name="owner_trait" label={t('health.owner_trait')}>
        <Input maxLength={200} />
      </Form.Item>
      <h3>{t('health.events')}</h3>
      <p className="quiet small">{t('health.events_hint')}</p>
      {kEvents.map((kind) => (
        <Form.Item key={kind} name={['events', kind]} label={t(`health.${kind}`)}>
          <Select mode="tags" open={false} suffixIcon={null} maxCount={16} />
        </Form.Item>
      ))}
      <Form.Item name={['events', 'answer_property']} label={t('health.answer_property')}>
        <Input maxLength={200} />
      </Form.Item>
      <NumberItem
        name={['events', 'answer_best']}
        label={t('health.answer_best')}
        min={1}
        max={1000}
      />
    </ModelSettings>
  );
}
