import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { PortraitSettings } from '@/api/value_types';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';
import { useWords } from '@/shared/use_words';

const kWeights = ['viewed', 'added', 'bought'] as const;

/** What the tags are made of. */
export function SettingsForm({ settings }: { settings: PortraitSettings }) {
  const { t } = useTranslation();
  const word = useWords();
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayWrite = useRight('insights.write');
  const saving = useMutation({
    mutationFn: (body: PortraitSettings) => must(api.PUT('/v1/portrait/settings', { body })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['portrait'] });
      void message.success(t('portrait.saved'));
    },
  });
  return (
    <Form<PortraitSettings>
      layout="vertical"
      style={{ maxWidth: 480 }}
      disabled={!mayWrite}
      requiredMark={false}
      initialValues={settings}
      onFinish={(next) => saving.mutate(next)}
    >
      <Form.Item name="half_life_days" label={t('portrait.half_life')} rules={[{ required: true }]}>
        <NumberInput min={7} max={730} precision={0} />
      </Form.Item>
      <Form.Item name="window_days" label={t('portrait.window')} rules={[{ required: true }]}>
        <NumberInput min={30} max={1095} precision={0} />
      </Form.Item>
      {kWeights.map((weight) => (
        <Form.Item
          key={weight}
          name={['weights', weight]}
          label={t(`portrait.weight_${weight}`)}
          rules={[{ required: true }]}
        >
          <NumberInput min={0} max={100} />
        </Form.Item>
      ))}
      <Form.Item
        name="region_trait"
        label={t('portrait.region_trait')}
        extra={t('portrait.region_trait_hint')}
      >
        <Input maxLength={200} />
      </Form.Item>
      {Object.keys(settings.channels ?? {}).map((channel) => (
        <Form.Item
          key={channel}
          name={['channels', channel]}
          label={t('portrait.channel_events', { channel: word('tag_channel', channel) })}
        >
          <Select mode="tags" open={false} suffixIcon={null} maxCount={16} />
        </Form.Item>
      ))}
      {saving.error ? <ProblemView error={saving.error} /> : null}
      {mayWrite ? (
        <Button type="primary" htmlType="submit" loading={saving.isPending}>
          {t('do.save')}
        </Button>
      ) : null}
    </Form>
  );
}
