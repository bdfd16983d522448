import { useMutation } from '@tanstack/react-query';
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { PasswordInput } from '@/shared/PasswordInput';
import { useAdoptSession, useWorkspace } from '@/shared/session';
import { DoorForm } from './DoorForm';
import { DoorFrame } from './DoorFrame';

interface Answer {
  email: string;
  password: string;
}

export default function SignInPage() {
  const { t } = useTranslation();
  const { name } = useWorkspace();
  const adopt = useAdoptSession();
  const signIn = useMutation({
    mutationFn: (answer: Answer) => must(api.POST('/v1/session', { body: answer })),
    onSuccess: adopt,
  });
  return (
    <DoorFrame title={t('access.sign_in_to', { name })}>
      <DoorForm enter={signIn} submit={t('do.sign_in')}>
        <Form.Item
          name="email"
          label={t('access.email')}
          rules={[{ required: true, message: t('access.email_needed') }]}
        >
          <Input autoComplete="username" autoFocus inputMode="email" />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('access.password')}
          rules={[{ required: true, message: t('access.password_needed') }]}
        >
          <PasswordInput autoComplete="current-password" />
        </Form.Item>
      </DoorForm>
      <p className="quiet small" style={{ marginTop: 16 }}>
        {t('access.forgotten')}
      </p>
    </DoorFrame>
  );
}
