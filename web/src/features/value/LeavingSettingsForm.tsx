import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { LeavingSettings } from '@/api/value_types';
import { FormProblem } from '@/shared/form/FormProblem';
import { useRight } from '@/shared/session';

/** Which events tell why somebody leaves. */
export function LeavingSettingsForm({ settings }: { settings: LeavingSettings }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayWrite = useRight('insights.write');
  const saving = useMutation({
    mutationFn: (body: LeavingSettings) => must(api.PUT('/v1/value/leaving/settings', { body })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['leaving'] });
      void message.success(t('clv.settings_saved'));
    },
  });
  return (
    <Form<LeavingSettings>
      layout="vertical"
      style={{ maxWidth: 480 }}
      disabled={!mayWrite}
      requiredMark={false}
      initialValues={settings}
      onFinish={(next) => saving.mutate(next)}
    >
      <Form.Item name="exit_events" label={t('leaving.exit_events')}>
        <Select mode="tags" open={false} suffixIcon={null} maxCount={16} />
      </Form.Item>
      <Form.Item name="reason_property" label={t('leaving.reason_property')}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="cause_property" label={t('leaving.cause_property')}>
        <Input maxLength={200} />
      </Form.Item>
      <FormProblem error={saving.error} />
      {mayWrite ? (
        <Button type="primary" htmlType="submit" loading={saving.isPending}>
          {t('do.save')}
        </Button>
      ) : null}
    </Form>
  );
}
