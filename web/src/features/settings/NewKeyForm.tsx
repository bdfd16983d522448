import { useMutation } from '@tanstack/react-query';
import { Button, Form, Input, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Key, Role } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { useWords } from '@/shared/use_words';

interface Answer {
  kind: 'write' | 'api';
  name: string;
  source?: string;
  role?: Role;
}

const kRoles: readonly Role[] = ['analyst', 'operator', 'administrator'];

export function NewKeyForm({ done }: { done: (made: { key: Key; secret: string }) => void }) {
  const { t } = useTranslation();
  const word = useWords();
  const [form] = Form.useForm<Answer>();
  const kind = Form.useWatch('kind', form) ?? 'write';
  const create = useMutation({
    mutationFn: (answer: Answer) => must(api.POST('/v1/keys', { body: answer })),
    onSuccess: done,
  });
  return (
    <Form<Answer>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{ kind: 'write', role: 'analyst' }}
      onFinish={(answer) => create.mutate(answer)}
    >
      <Form.Item name="kind" label={t('settings.key_kind')} extra={t(`settings.key_${kind}_hint`)}>
        <Radio.Group
          options={(['write', 'api'] as const).map((value) => ({
            value,
            label: word('key_kind', value),
          }))}
          optionType="button"
        />
      </Form.Item>
      <Form.Item
        name="name"
        label={t('settings.key_name')}
        rules={[{ required: true, message: t('settings.key_name_needed') }]}
      >
        <Input autoComplete="off" />
      </Form.Item>
      {kind === 'write' ? (
        <Form.Item name="source" label={t('settings.source')} extra={t('settings.source_hint')}>
          <Input autoComplete="off" />
        </Form.Item>
      ) : (
        <Form.Item name="role" label={t('settings.role')}>
          <Select options={kRoles.map((value) => ({ value, label: word('role', value) }))} />
        </Form.Item>
      )}
      {create.isError ? <ProblemView error={create.error} /> : null}
      <Button type="primary" htmlType="submit" loading={create.isPending}>
        {t('settings.create_key')}
      </Button>
    </Form>
  );
}
