import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { ClvSettings } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';
import { useWords } from '@/shared/use_words';

const kModels = ['best', 'bg_nbd', 'mbg_nbd', 'pareto_nbd'] as const;

/** Parts are said in per cent here and in parts of one in the contract. */
const inPercent = (part: number | undefined) => Math.round((part ?? 0) * 1000) / 10;

export function ClvSettingsForm({ settings }: { settings: ClvSettings }) {
  const { t } = useTranslation();
  const word = useWords();
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayWrite = useRight('insights.write');
  const save = useMutation({
    mutationFn: (next: ClvSettings) =>
      must(
        api.PUT('/v1/value/clv/settings', {
          body: {
            ...next,
            margin: (next.margin ?? 0) / 100,
            discount_rate: (next.discount_rate ?? 0) / 100,
          },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['clv'] });
      void message.success(t('clv.settings_saved'));
    },
  });
  return (
    <Form<ClvSettings>
      layout="vertical"
      style={{ maxWidth: 480 }}
      disabled={!mayWrite}
      requiredMark={false}
      initialValues={{
        ...settings,
        margin: inPercent(settings.margin),
        discount_rate: inPercent(settings.discount_rate),
      }}
      onFinish={(next) => save.mutate(next)}
    >
      <Form.Item name="model" label={t('clv.model')} extra={t('clv.model_hint')}>
        <Select
          options={kModels.map((value) => ({ value, label: word('purchase_model', value) }))}
        />
      </Form.Item>
      <Form.Item name="horizon_months" label={t('clv.horizon')}>
        <NumberInput min={1} max={60} addonAfter={t('by.month')} />
      </Form.Item>
      <Form.Item name="margin" label={t('clv.margin')} extra={t('clv.margin_hint')}>
        <NumberInput min={0} max={100} addonAfter={t('unit.percent')} />
      </Form.Item>
      <Form.Item name="discount_rate" label={t('clv.discount')}>
        <NumberInput min={0} max={100} addonAfter={t('unit.percent')} />
      </Form.Item>
      <Form.Item name="scheduled" label={t('clv.scheduled')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="retrain_days" label={t('clv.retrain')}>
        <NumberInput min={1} max={365} addonAfter={t('unit.days_word')} />
      </Form.Item>
      {save.error ? <ProblemView error={save.error} /> : null}
      {mayWrite ? (
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          {t('do.save')}
        </Button>
      ) : null}
    </Form>
  );
}
