import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api, must } from '@/api/client';
import type { ErasureReceipt } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';

/** Removes a person from every store, after the number was typed once more; shows the receipt. */
export function EraseButton({ id }: { id: number }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const erase = useMutation<ErasureReceipt>({
    mutationFn: () =>
      must(
        api.POST('/v1/customers/{person_id}/erasure', {
          params: { path: { person_id: id } },
          body: { confirm: id, reason },
        }),
      ),
    onSuccess: () => {
      client.removeQueries({ queryKey: ['customer', id] });
      void client.invalidateQueries({ queryKey: ['customers'] });
      void client.invalidateQueries({ queryKey: ['erasures'] });
      void navigate('/settings/privacy');
    },
  });
  return (
    <>
      <Button danger onClick={() => setAsking(true)}>
        {t('privacy.erase')}
      </Button>
      <Modal
        open={asking}
        title={t('privacy.erase_ask')}
        okText={t('privacy.erase_do')}
        cancelText={t('do.keep')}
        okButtonProps={{ danger: true, disabled: typed.trim() !== String(id) }}
        confirmLoading={erase.isPending}
        onOk={() => erase.mutate()}
        onCancel={() => setAsking(false)}
        destroyOnHidden
      >
        <p>{t('privacy.erase_what')}</p>
        <Form layout="vertical">
          <Form.Item label={t('privacy.reason')} htmlFor="erase-reason">
            <Input
              id="erase-reason"
              maxLength={150}
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          </Form.Item>
          <Form.Item label={t('privacy.erase_confirm', { id })} htmlFor="erase-confirm">
            <Input
              id="erase-confirm"
              inputMode="numeric"
              autoComplete="off"
              value={typed}
              onChange={({ target }) => setTyped(target.value)}
            />
          </Form.Item>
        </Form>
        {erase.isError ? <ProblemView error={erase.error} /> : null}
      </Modal>
    </>
  );
}
