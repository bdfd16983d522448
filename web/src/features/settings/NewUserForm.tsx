import { useMutation } from '@tanstack/react-query';
import { Button, Form, Input, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Role, User } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { useWords } from '@/shared/use_words';

interface Answer {
  email: string;
  name?: string;
  role: Role;
}

const kRoles: readonly Role[] = ['operator', 'analyst', 'administrator'];

export function NewUserForm({ done }: { done: (made: { user: User; link: string }) => void }) {
  const { t } = useTranslation();
  const word = useWords();
  const create = useMutation({
    mutationFn: (answer: Answer) => must(api.POST('/v1/users', { body: answer })),
    onSuccess: done,
  });
  return (
    <Form<Answer>
      layout="vertical"
      requiredMark={false}
      initialValues={{ role: 'operator' }}
      onFinish={(answer) => create.mutate(answer)}
    >
      <Form.Item
        name="email"
        label={t('access.email')}
        rules={[{ required: true, message: t('access.email_needed') }]}
      >
        <Input inputMode="email" autoComplete="off" />
      </Form.Item>
      <Form.Item name="name" label={t('access.name')}>
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="role" label={t('settings.role')}>
        <Radio.Group>
          {kRoles.map((role) => (
            <Radio key={role} value={role} style={{ display: 'flex', marginBottom: 4 }}>
              {word('role', role)} <span className="quiet small">{t(`settings.role_${role}`)}</span>
            </Radio>
          ))}
        </Radio.Group>
      </Form.Item>
      {create.isError ? <ProblemView error={create.error} /> : null}
      <Button type="primary" htmlType="submit" loading={create.isPending}>
        {t('settings.create_user')}
      </Button>
    </Form>
  );
}
