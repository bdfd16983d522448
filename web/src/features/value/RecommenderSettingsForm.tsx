import { Form, Input, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { RecommenderSettings } from '@/api/value_types';
import { NumberItem } from '@/shared/form/NumberItem';
import { GroupFields } from './GroupFields';
import { ModelSettings } from './ModelSettings';

export function RecommenderSettingsForm({ settings }: { settings: RecommenderSettings }) {
  const { t } = useTranslation();
  return (
    <ModelSettings
      model="recommendations"
      settings={settings}
      save={(body) =>
        must(
          api.PUT('/v1/value/recommendations/settings', {
            body: {
              ...body,
              popular_segments: body.popular_groups === 'sets' ? (body.popular_segments ?? []) : [],
            },
          }),
        )
      }
    >
      <Form.Item name="repeat" label={t('recommend.repeat')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <NumberItem
        name="per_category"
        label={t('recommend.per_category')}
        extra={t('recommend.per_category_hint')}
        min={0}
        max={100}
      />
      <GroupFields
        groups="popular_groups"
        sets="popular_segments"
        words={['all', 'country', 'sets']}
        label={t('recommend.popular_groups')}
        hint={t('recommend.popular_groups_hint')}
      />
      <Form.Item
        name="interest_trait"
        label={t('recommend.interest_trait')}
        extra={t('recommend.interest_trait_hint')}
      >
        <Input maxLength={200} style={{ width: 240 }} />
      </Form.Item>
      <NumberItem
        name="test_days"
        label={t('recommend.test_days')}
        min={7}
        max={180}
        addonAfter={t('unit.days_word')}
      />
      <NumberItem name="factors" label={t('recommend.factors')} min={8} max={256} />
    </ModelSettings>
  );
}
