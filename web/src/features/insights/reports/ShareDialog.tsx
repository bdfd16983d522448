import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Modal } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Report } from '@/api/types';
import { copyText } from '@/shared/copy_text';
import { ProblemView } from '@/shared/ProblemView';

interface Props {
  report: Report;
  open: boolean;
  close: () => void;
}

/** A public link to a report: anyone with it sees the answer, nobody sees people. */
export function ShareDialog({ report, open, close }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const changed = () => void client.invalidateQueries({ queryKey: ['reports'] });
  const path = { params: { path: { id: report.id } } };
  const make = useRef<HTMLButtonElement>(null);
  const share = useMutation({
    mutationFn: () => must(api.POST('/v1/insights/reports/{id}/share', path)),
    onSuccess: changed,
  });
  const end = useMutation({
    mutationFn: () => must(api.DELETE('/v1/insights/reports/{id}/share', path)),
    onSuccess: () => {
      share.reset();
      changed();
      // The button that was pressed leaves; Escape and Tab must go on from inside the dialog.
      make.current?.focus();
    },
  });
  const link = share.data ? window.location.origin + share.data.link : '';
  const copy = () =>
    void copyText(link)
      .then(() => message.success(t('do.copied')))
      .catch(() => message.warning(t('do.copy_failed')));
  const error = share.error ?? end.error;
  return (
    <Modal open={open} title={t('report.share')} footer={null} onCancel={close}>
      <div className="stack tight">
        <p>{t('report.share_hint')}</p>
        {link ? (
          <div className="row nowrap-row">
            <Input readOnly aria-label={t('report.link')} value={link} />
            <Button type="primary" onClick={copy}>
              {t('do.copy')}
            </Button>
          </div>
        ) : null}
        <div className="row">
          <Button ref={make} loading={share.isPending} onClick={() => share.mutate()}>
            {report.shared ? t('report.new_link') : t('report.make_link')}
          </Button>
          {report.shared || link ? (
            <Button danger loading={end.isPending} onClick={() => end.mutate()}>
              {t('report.end_link')}
            </Button>
          ) : null}
        </div>
        {error ? <ProblemView error={error} /> : null}
      </div>
    </Modal>
  );
}
