import { useMutation } from '@tanstack/react-query';
import { Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate } from 'react-router';
import { api, must } from '@/api/client';
import { Empty } from '@/shared/Empty';
import { PasswordInput } from '@/shared/PasswordInput';
import { useAdoptSession, useWorkspace } from '@/shared/session';
import { DoorForm } from './DoorForm';
import { DoorFrame } from './DoorFrame';

const kMinPassword = 10;

interface Answer {
  name: string;
  password: string;
  again: string;
}

/**
 * Uses the one-time link /claim#TOKEN. The token stands behind # so that it reaches no server
 * log.
 */
export default function ClaimPage() {
  const { t } = useTranslation();
  const { name } = useWorkspace();
  const { hash } = useLocation();
  const navigate = useNavigate();
  const adopt = useAdoptSession();
  const [token] = useState(() => decodeURIComponent(hash.replace(/^#/, '')));
  const claim = useMutation({
    mutationFn: (answer: Answer) =>
      must(
        api.POST('/v1/session/claim', {
          body: { token, name: answer.name, password: answer.password },
        }),
      ),
    onSuccess: (session) => {
      adopt(session);
      void navigate('/', { replace: true });
    },
  });
  if (!token) {
    return (
      <DoorFrame title={t('access.claim')}>
        <Empty
          title={t('access.no_token')}
          hint={t('access.no_token_hint')}
          action={<Link to="/">{t('do.sign_in')}</Link>}
        />
      </DoorFrame>
    );
  }
  return (
    <DoorFrame title={t('access.welcome', { name })}>
      <p className="quiet">{t('access.claim_lead')}</p>
      <DoorForm enter={claim} submit={t('access.claim_do')}>
        <Form.Item
          name="name"
          label={t('access.name')}
          rules={[{ required: true, message: t('access.name_needed') }]}
        >
          <Input autoComplete="name" autoFocus />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('access.new_password')}
          extra={t('access.password_rule', { n: kMinPassword })}
          rules={[
            {
              required: true,
              min: kMinPassword,
              message: t('access.password_rule', { n: kMinPassword }),
            },
          ]}
        >
          <PasswordInput autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="again"
          label={t('access.password_again')}
          dependencies={['password']}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, value: unknown) =>
                value === getFieldValue('password')
                  ? Promise.resolve()
                  : Promise.reject(new Error(t('access.password_differs'))),
            }),
          ]}
        >
          <PasswordInput autoComplete="new-password" />
        </Form.Item>
      </DoorForm>
    </DoorFrame>
  );
}
