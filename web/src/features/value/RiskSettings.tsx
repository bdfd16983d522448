import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { ChurnSettings } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';

export function RiskSettings({ settings }: { settings: ChurnSettings }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayWrite = useRight('insights.write');
  const save = useMutation({
    mutationFn: (next: ChurnSettings) => must(api.PUT('/v1/value/churn/settings', { body: next })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['churn'] });
      void message.success(t('clv.settings_saved'));
    },
  });
  return (
    <Form<ChurnSettings>
      layout="vertical"
      style={{ maxWidth: 480 }}
      disabled={!mayWrite}
      requiredMark={false}
      initialValues={settings}
      onFinish={(next) => save.mutate(next)}
    >
      <Form.Item name="horizon_days" label={t('risk.horizon')} extra={t('risk.horizon_hint')}>
        <NumberInput min={14} max={365} addonAfter={t('unit.days_word')} />
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
