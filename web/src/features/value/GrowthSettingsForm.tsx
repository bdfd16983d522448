import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, AutoComplete, Button, Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { GrowthSettings } from '@/api/value_types';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';
import { useEventNames } from '@/shared/use_event_names';
import { useWords } from '@/shared/use_words';

const kMost = 10;

function MilestoneFields({ name, remove }: { name: number; remove: () => void }) {
  const { t } = useTranslation();
  const word = useWords();
  const events = useEventNames('').data?.events.map((one) => ({ value: one.name })) ?? [];
  return (
    <div className="row" style={{ flexWrap: 'wrap', alignItems: 'flex-end', marginBottom: 8 }}>
      <Form.Item name={[name, 'opens']} label={t('growth.opens')} style={{ marginBottom: 0 }}>
        <Select
          style={{ width: 130 }}
          options={(['growing', 'stable'] as const).map((value) => ({
            value,
            label: word('growth', value),
          }))}
        />
      </Form.Item>
      <Form.Item name={[name, 'event']} label={t('growth.event')} style={{ marginBottom: 0 }}>
        <AutoComplete style={{ width: 220 }} options={events} maxLength={200} filterOption />
      </Form.Item>
      <Form.Item name={[name, 'times']} label={t('growth.times')} style={{ marginBottom: 0 }}>
        <NumberInput min={1} max={1000} precision={0} style={{ width: 80 }} />
      </Form.Item>
      <Form.Item name={[name, 'days']} label={t('growth.days')} style={{ marginBottom: 0 }}>
        <NumberInput min={0} max={3650} precision={0} style={{ width: 100 }} />
      </Form.Item>
      <Button onClick={remove}>{t('do.delete')}</Button>
    </div>
  );
}

/** Which events register somebody, and the milestones of growth. */
export function GrowthSettingsForm({ settings }: { settings: GrowthSettings }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayWrite = useRight('insights.write');
  const saving = useMutation({
    mutationFn: (body: GrowthSettings) => must(api.PUT('/v1/value/growth/settings', { body })),
    onSuccess: () => {
      for (const key of ['growth', 'leaving', 'customer'])
        void client.invalidateQueries({ queryKey: [key] });
      void message.success(t('clv.settings_saved'));
    },
  });
  return (
    <Form<GrowthSettings>
      layout="vertical"
      disabled={!mayWrite}
      requiredMark={false}
      initialValues={settings}
      onFinish={(next) => saving.mutate(next)}
    >
      <Form.Item
        name="registered"
        label={t('growth.registered')}
        extra={t('growth.registered_hint')}
        style={{ maxWidth: 480 }}
      >
        <Select mode="tags" open={false} suffixIcon={null} maxCount={16} />
      </Form.Item>
      <p className="quiet small">{t('growth.days_hint')}</p>
      <Form.List name="milestones">
        {(fields, { add, remove }) => (
          <>
            {fields.map((field) => (
              <MilestoneFields
                key={field.key}
                name={field.name}
                remove={() => remove(field.name)}
              />
            ))}
            {mayWrite && fields.length < kMost ? (
              <Button
                style={{ marginBottom: 16 }}
                onClick={() => add({ opens: 'growing', event: '', times: 1, days: 0 })}
              >
                {t('growth.add')}
              </Button>
            ) : null}
          </>
        )}
      </Form.List>
      {saving.error ? <ProblemView error={saving.error} /> : null}
      {mayWrite ? (
        <div>
          <Button type="primary" htmlType="submit" loading={saving.isPending}>
            {t('do.save')}
          </Button>
        </div>
      ) : null}
    </Form>
  );
}
