import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Webhook, WebhookDraft, WebhookWithSecret } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';

const kUsual = [
  'Points Earned',
  'Points Spent',
  'Points Taken Back',
  'Points Given Back',
  'Points Expired',
  'Level Reached',
  'Level Lost',
  'Coupon Issued',
  'Coupon Used',
  'Reward Redeemed',
  'Draw Won',
  'Order Completed',
  'Segment Entered',
  'Segment Left',
  'Stage Changed',
  '*',
];

const kExample = 'https://shop.example/hooks';

interface Props {
  hook?: Webhook;
  onMade?: (hook: WebhookWithSecret) => void;
}

/** Where a webhook goes and what it tells. */
export function WebhookForm({ hook, onMade }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [events, setEvents] = useState(hook?.events ?? ['Points Earned']);
  const save = useMutation({
    mutationFn: async (draft: WebhookDraft) => {
      const body = { ...draft, events, revision: hook?.revision ?? 0 };
      if (hook) {
        await must(
          api.PUT('/v1/webhooks/{webhook}', { params: { path: { webhook: hook.id } }, body }),
        );
      } else {
        onMade?.(await must(api.POST('/v1/webhooks', { body })));
      }
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
  });
  return (
    <>
      {save.isError ? <ProblemView error={save.error} /> : null}
      <Form<WebhookDraft>
        layout="vertical"
        style={{ maxWidth: 560 }}
        initialValues={hook ?? { name: '', url: '', enabled: true }}
        onFinish={(draft) => save.mutate(draft)}
      >
        <Form.Item
          name="name"
          label={t('webhook.name')}
          rules={[{ required: true, message: t('webhook.needed') }]}
        >
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item
          name="url"
          label={t('webhook.url')}
          rules={[{ required: true, message: t('webhook.needed') }]}
        >
          <Input maxLength={2000} placeholder={kExample} />
        </Form.Item>
        <div className="stack tight" style={{ marginBottom: 24 }}>
          <span>{t('webhook.events')}</span>
          <Select
            mode="tags"
            aria-label={t('webhook.events')}
            value={events}
            onChange={(next: string[]) => setEvents(next)}
            options={kUsual.map((value) => ({ value, label: value }))}
          />
          <span className="quiet small">{t('webhook.events_hint')}</span>
        </div>
        <Form.Item name="enabled" label={t('webhook.on')} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Button
          type="primary"
          htmlType="submit"
          disabled={events.length === 0}
          loading={save.isPending}
        >
          {t('do.save')}
        </Button>
      </Form>
    </>
  );
}
