import { Button, Form, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Section } from '@/shared/Section';
import { useFileChange } from './use_file_change';

/** Joins another customer to this one. */
export function MergeForm({ id }: { id: number }) {
  const { t } = useTranslation();
  const [other, setOther] = useState<number | null>(null);
  const [reason, setReason] = useState('');
  const merge = useFileChange((body: { with: number; reason: string }) =>
    must(
      api.POST('/v1/customers/{person_id}/merge', { params: { path: { person_id: id } }, body }),
    ),
  );
  return (
    <Section title={t('identity.merge')}>
      <Form
        layout="vertical"
        onFinish={() => (other === null ? undefined : merge.mutate({ with: other, reason }))}
      >
        <Form.Item label={t('identity.merge_with')} htmlFor="merge-with">
          <InputNumber id="merge-with" min={1} precision={0} value={other} onChange={setOther} />
        </Form.Item>
        <Form.Item
          label={t('identity.merge_reason')}
          htmlFor="merge-reason"
          extra={t('identity.merge_what')}
        >
          <Input
            id="merge-reason"
            maxLength={150}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        </Form.Item>
        <Button htmlType="submit" disabled={other === null} loading={merge.isPending}>
          {t('identity.merge_do')}
        </Button>
      </Form>
    </Section>
  );
}
