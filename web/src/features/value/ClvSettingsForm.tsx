import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { ClvSettings } from '@/api/value_types';
import { NumberItem } from '@/shared/form/NumberItem';
import { useWords } from '@/shared/use_words';
import { ModelSettings } from './ModelSettings';

const kModels = ['best', 'bg_nbd', 'mbg_nbd', 'pareto_nbd', 'bg_bb'] as const;

/** Parts are said in per cent here and in parts of one in the contract. */
const inPercent = (part: number | undefined) => Math.round((part ?? 0) * 1000) / 10;

export function ClvSettingsForm({ settings }: { settings: ClvSettings }) {
  const { t } = useTranslation();
  const word = useWords();
  const save = (next: ClvSettings) =>
    must(
      api.PUT('/v1/value/clv/settings', {
        body: {
          ...next,
          margin: (next.margin ?? 0) / 100,
          discount_rate: (next.discount_rate ?? 0) / 100,
        },
      }),
    );
  return (
    <ModelSettings
      model="clv"
      settings={{
        ...settings,
        margin: inPercent(settings.margin),
        discount_rate: inPercent(settings.discount_rate),
      }}
      save={save}
    >
      <Form.Item name="model" label={t('clv.model')} extra={t('clv.model_hint')}>
        <Select
          options={kModels.map((value) => ({ value, label: word('purchase_model', value) }))}
        />
      </Form.Item>
      <NumberItem
        name="opportunity_days"
        label={t('clv.opportunity')}
        extra={t('clv.opportunity_hint')}
        min={0}
        max={3660}
        precision={0}
        addonAfter={t('by.day')}
      />
      <NumberItem
        name="horizon_months"
        label={t('clv.horizon')}
        min={1}
        max={60}
        addonAfter={t('by.month')}
      />
      <NumberItem
        name="margin"
        label={t('clv.margin')}
        extra={t('clv.margin_hint')}
        min={0}
        max={100}
        addonAfter={t('unit.percent')}
      />
      <NumberItem
        name="discount_rate"
        label={t('clv.discount')}
        min={0}
        max={100}
        addonAfter={t('unit.percent')}
      />
    </ModelSettings>
  );
}
