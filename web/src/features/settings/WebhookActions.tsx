import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Webhook, WebhookWithSecret } from '@/api/types';

interface Props {
  hook: Webhook;
  onSecret: (hook: WebhookWithSecret) => void;
}

/** What can be done with a webhook: try it, give it a new secret, delete it. */
export function WebhookActions({ hook, onSecret }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const params = { path: { webhook: hook.id } };
  const onError = (error: Error) => message.error(error.message);
  const again = () => void client.invalidateQueries({ queryKey: ['webhooks'] });
  const test = useMutation({
    mutationFn: () => must(api.POST('/v1/webhooks/{webhook}/test', { params })),
    onSuccess: again,
    onError,
  });
  const renew = useMutation({
    mutationFn: () => must(api.POST('/v1/webhooks/{webhook}/secret', { params })),
    onSuccess: onSecret,
    onError,
  });
  const remove = useMutation({
    mutationFn: () => must(api.DELETE('/v1/webhooks/{webhook}', { params })),
    onSuccess: again,
    onError,
  });
  return (
    <div className="row">
      <Button size="small" disabled={!hook.enabled} onClick={() => test.mutate()}>
        {t('webhook.test')}
      </Button>
      <Popconfirm
        title={t('webhook.renew_ask')}
        okText={t('webhook.renew')}
        cancelText={t('do.keep')}
        onConfirm={() => renew.mutate()}
      >
        <Button size="small">{t('webhook.renew')}</Button>
      </Popconfirm>
      <Popconfirm
        title={t('webhook.delete_ask', { name: hook.name })}
        okText={t('do.delete')}
        cancelText={t('do.keep')}
        onConfirm={() => remove.mutate()}
      >
        <Button size="small" danger>
          {t('do.delete')}
        </Button>
      </Popconfirm>
    </div>
  );
}
