import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { CustomerFile } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { useWords } from '@/shared/use_words';

const kLookEvery = 1000;

/** How far the erasure has come, and its receipt. */
function Going({ id }: { id: string }) {
  const { t } = useTranslation();
  const word = useWords();
  const query = useQuery({
    queryKey: ['erasure', id],
    queryFn: () => must(api.GET('/v1/privacy/erasures/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.state === 'done' ? false : kLookEvery),
  });
  if (query.isError) return <ProblemView error={query.error} />;
  const state = query.data?.state ?? 'waiting';
  if (state === 'done')
    return (
      <div className="stack" role="status">
        <Alert type="success" showIcon message={t('privacy.erase_done')} />
        <Button href={`/v1/privacy/erasures/${id}/receipt`} download>
          {t('privacy.receipt')}
        </Button>
      </div>
    );
  return (
    <div className="stack" role="status">
      <p>{t('privacy.erase_going')}</p>
      <p className="quiet">
        {word('erasure_state', state)}
        {query.data?.error ? ` · ${query.data.error}` : ''}
      </p>
    </div>
  );
}

/** Erases a customer for ever, once whoever asks has typed whom. */
export function EraseDialog({ file, close }: { file: CustomerFile; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const { id, name } = file.customer;
  const erase = useMutation({
    mutationFn: () =>
      must(api.POST('/v1/privacy/erasures', { body: { person_id: id, confirm: typed } })),
  });
  const named = typed.trim() === String(id) || (name !== '' && typed.trim() === name.trim());
  const leave = () => {
    close();
    if (erase.isSuccess) void client.invalidateQueries();
  };
  return (
    <Modal
      open
      onCancel={leave}
      title={t('privacy.erase_title')}
      okText={t('privacy.erase_do')}
      okButtonProps={{ danger: true, disabled: !named }}
      cancelText={t('do.cancel')}
      confirmLoading={erase.isPending}
      onOk={() => erase.mutate()}
      {...(erase.isSuccess ? { footer: null } : {})}
    >
      {erase.isSuccess ? (
        <Going id={erase.data.id} />
      ) : (
        <div className="stack">
          <p>{t('privacy.erase_what')}</p>
          <label>
            {t('privacy.erase_confirm', { id })}
            <Input
              value={typed}
              autoComplete="off"
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
          {erase.isError ? <ProblemView error={erase.error} /> : null}
        </div>
      )}
    </Modal>
  );
}
