import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { EmailChannel } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { NumberInput } from '@/shared/NumberInput';
import { PasswordInput } from '@/shared/PasswordInput';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';
import { TestSend } from './TestSend';

function SmtpFields({ hasPassword }: { hasPassword: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="host"
        label={t('email.host')}
        rules={[{ required: true, message: t('email.host_needed') }]}
      >
        <Input />
      </Form.Item>
      <div className="row wide">
        <Form.Item name="port" label={t('email.port')}>
          <NumberInput min={1} max={65535} />
        </Form.Item>
        <Form.Item name="security" label={t('email.security')}>
          <Select
            style={{ width: 200 }}
            options={(['starttls', 'tls', 'none'] as const).map((value) => ({
              value,
              label: t(`email.${value}`),
            }))}
          />
        </Form.Item>
      </div>
      <Form.Item name="user" label={t('email.user')}>
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('access.password')}
        extra={hasPassword ? t('email.password_kept') : undefined}
      >
        <PasswordInput autoComplete="new-password" />
      </Form.Item>
    </>
  );
}

function ChannelForm({ channel }: { channel: EmailChannel }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayWrite = useRight('settings.write');
  const [form] = Form.useForm<EmailChannel>();
  const kind = Form.useWatch('kind', form) ?? channel.kind;
  const save = useMutation({
    mutationFn: ({ password, ...answer }: EmailChannel) =>
      must(api.PUT('/v1/channels/email', { body: password ? { ...answer, password } : answer })),
    onSuccess: (next) => {
      client.setQueryData(['email-channel'], next);
      void message.success(t('settings.saved'));
    },
  });
  return (
    <Form<EmailChannel>
      form={form}
      layout="vertical"
      requiredMark={false}
      disabled={!mayWrite}
      initialValues={{ port: 587, security: 'starttls', ...channel }}
      onFinish={(answer) => save.mutate(answer)}
      style={{ maxWidth: 560 }}
    >
      <Form.Item
        name="kind"
        label={t('email.kind')}
        extra={
          kind === 'outbox' ? t('email.outbox_hint', { folder: channel.outbox ?? '' }) : undefined
        }
      >
        <Radio.Group
          optionType="button"
          options={(['outbox', 'smtp'] as const).map((value) => ({
            value,
            label: t(`email.kind_${value}`),
          }))}
        />
      </Form.Item>
      <Form.Item name="from_name" label={t('email.from_name')}>
        <Input />
      </Form.Item>
      <Form.Item
        name="from_address"
        label={t('email.from_address')}
        rules={[{ required: true, message: t('access.email_needed') }]}
      >
        <Input inputMode="email" />
      </Form.Item>
      <Form.Item name="reply_to" label={t('email.reply_to')}>
        <Input inputMode="email" />
      </Form.Item>
      {kind === 'smtp' ? <SmtpFields hasPassword={channel.has_password ?? false} /> : null}
      {save.isError ? <ProblemView error={save.error} /> : null}
      {mayWrite ? (
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          {t('do.save')}
        </Button>
      ) : (
        <p className="quiet">{t('settings.read_only')}</p>
      )}
    </Form>
  );
}

export default function EmailTab() {
  const mayWrite = useRight('settings.write');
  const query = useQuery({
    queryKey: ['email-channel'],
    queryFn: () => must(api.GET('/v1/channels/email')),
  });
  return (
    <Loaded query={query}>
      {(channel) => (
        <div className="stack">
          <ChannelForm channel={channel} />
          {mayWrite ? <TestSend /> : null}
        </div>
      )}
    </Loaded>
  );
}
