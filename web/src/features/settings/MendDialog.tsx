import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Input, Modal, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { QuarantineEntry } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { readable } from './quarantine';

interface Props {
  entry: QuarantineEntry;
  close: () => void;
}

/** One event to be mended and taken after all, or given up. */
export function MendDialog({ entry, close }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const shown = readable(entry.body);
  const [text, setText] = useState(shown);
  const done = (word: string) => {
    void message.success(word);
    void client.invalidateQueries({ queryKey: ['quarantine'] });
    close();
  };
  const path = { params: { path: { id: entry.id } } };
  const replay = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/quarantine/{id}/replay', {
          ...path,
          body: text === shown ? {} : { body: text },
        }),
      ),
    onSuccess: () => done(t('data.mended')),
  });
  const discard = useMutation({
    mutationFn: () => must(api.DELETE('/v1/quarantine/{id}', path)),
    onSuccess: () => done(t('data.discarded')),
  });
  return (
    <Modal
      open
      width={760}
      title={t('data.mend_title', { id: entry.id })}
      onCancel={close}
      footer={[
        <Popconfirm
          key="discard"
          title={t('data.discard_ask')}
          okText={t('data.discard')}
          cancelText={t('do.keep')}
          onConfirm={() => discard.mutate()}
        >
          <Button danger loading={discard.isPending}>
            {t('data.discard')}
          </Button>
        </Popconfirm>,
        <Button key="cancel" onClick={close}>
          {t('do.cancel')}
        </Button>,
        <Button
          key="replay"
          type="primary"
          loading={replay.isPending}
          onClick={() => replay.mutate()}
        >
          {t('data.replay')}
        </Button>,
      ]}
    >
      <div className="stack">
        <Alert
          type="warning"
          message={
            <>
              {entry.where ? <code>{entry.where}</code> : null} {entry.reason}
            </>
          }
        />
        <Input.TextArea
          aria-label={t('data.mend_label')}
          value={text}
          onChange={(change) => setText(change.target.value)}
          autoSize={{ minRows: 8, maxRows: 22 }}
          spellCheck={false}
          style={{ fontFamily: 'monospace' }}
        />
        {replay.isError ? <ProblemView error={replay.error} /> : null}
        {discard.isError ? <ProblemView error={discard.error} /> : null}
      </div>
    </Modal>
  );
}
