import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Switch } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FormProblem } from '@/shared/form/FormProblem';
import { NumberItem } from '@/shared/form/NumberItem';
import { useRight } from '@/shared/session';

interface Props<T> {
  model: string;
  settings: T;
  save: (next: T) => Promise<unknown>;
  children: ReactNode;
}

/** The form of a model's settings: its own items, then when it is trained again. */
export function ModelSettings<T extends object>({ model, settings, save, children }: Props<T>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayWrite = useRight('insights.write');
  const saving = useMutation({
    mutationFn: save,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: [model] });
      void message.success(t('clv.settings_saved'));
    },
  });
  return (
    <Form<T>
      layout="vertical"
      style={{ maxWidth: 480 }}
      disabled={!mayWrite}
      requiredMark={false}
      initialValues={settings}
      onFinish={(next) => saving.mutate(next)}
    >
      {children}
      <Form.Item name="scheduled" label={t('clv.scheduled')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <NumberItem
        name="retrain_days"
        label={t('clv.retrain')}
        min={1}
        max={365}
        addonAfter={t('unit.days_word')}
      />
      <FormProblem error={saving.error} />
      {mayWrite ? (
        <Button type="primary" htmlType="submit" loading={saving.isPending}>
          {t('do.save')}
        </Button>
      ) : null}
    </Form>
  );
}
