import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { useSession } from '@/shared/session';

/** One test message, and what the other side answered. */
export function TestSend() {
  const { t } = useTranslation();
  const { user } = useSession();
  const test = useMutation({
    mutationFn: (answer: { to: string }) =>
      must(api.POST('/v1/channels/email/test', { body: answer })),
  });
  return (
    <Section title={t('email.test')}>
      <Form
        layout="inline"
        initialValues={{ to: user?.email ?? '' }}
        onFinish={(answer: { to: string }) => test.mutate(answer)}
      >
        <Form.Item
          name="to"
          label={t('email.to')}
          rules={[{ required: true, message: t('access.email_needed') }]}
        >
          <Input inputMode="email" style={{ width: 260 }} />
        </Form.Item>
        <Button htmlType="submit" loading={test.isPending}>
          {t('email.test_do')}
        </Button>
      </Form>
      <div style={{ marginTop: 12, maxWidth: 560 }}>
        {test.isError ? <ProblemView error={test.error} /> : null}
        {test.data ? (
          <Alert
            type="success"
            showIcon
            message={t('email.test_done')}
            description={<code>{test.data.answer}</code>}
          />
        ) : null}
      </div>
    </Section>
  );
}
