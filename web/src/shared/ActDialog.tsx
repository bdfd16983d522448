import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '@/api/client';
import { ActFields } from './ActFields';
import { type ActionKind, type Filled, type Whom, act, isComplete, kEmpty } from './action';
import { ProblemView } from './ProblemView';
import { useFormat } from './use_format';

const newId = (): string =>
  `console:${Date.now()}-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;

interface Props {
  kind: ActionKind;
  whom: Whom;
  onClose: () => void;
}

/** One action: what it needs, how many people it will reach, and what came of it. */
export function ActDialog({ kind, whom, onClose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const [filled, setFilled] = useState<Filled>(kEmpty);
  // The id stays until the answer is known, so that sending it again cannot act twice.
  const [id, setId] = useState(newId);
  const complete = isComplete(kind, filled);
  const trial = useQuery({
    queryKey: ['act-trial', kind, whom, filled],
    queryFn: () => act(kind, whom, filled, id, true),
    enabled: complete,
    retry: false,
  });
  const send = useMutation({
    mutationFn: () => act(kind, whom, filled, id, false),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['segments'] });
      void client.invalidateQueries({ queryKey: ['timeline'] });
    },
    onError: (error) => {
      const { status } = problemOf(error, 0).problem;
      if (status >= 400 && status < 500) setId(newId());
    },
  });
  const done = send.data;
  const n = trial.data?.done ?? 0;
  return (
    <Modal
      open
      title={t(`act.${kind}`)}
      okText={done ? t('do.close') : t('act.confirm', { count: n, n: format.count(n) })}
      cancelText={t('do.cancel')}
      cancelButtonProps={done ? { style: { display: 'none' } } : {}}
      okButtonProps={{
        disabled: !done && (!complete || !trial.data || n === 0),
        loading: send.isPending,
      }}
      onOk={() => (done ? onClose() : send.mutate())}
      onCancel={onClose}
    >
      {done ? (
        <Alert
          type="success"
          showIcon
          message={t('act.done', { count: done.done, n: format.count(done.done) })}
          description={t('act.left_out', {
            held_out: format.count(done.held_out),
            skipped: format.count(done.skipped),
            refused: format.count(done.refused),
          })}
        />
      ) : (
        <>
          <ActFields kind={kind} filled={filled} onChange={setFilled} />
          {trial.isError ? <ProblemView error={trial.error} /> : null}
          {send.isError ? <ProblemView error={send.error} /> : null}
          {trial.data ? (
            <p className="quiet" role="status">
              {t('act.will', {
                n: format.count(trial.data.done),
                asked: format.count(trial.data.asked),
                held_out: format.count(trial.data.held_out),
              })}
            </p>
          ) : null}
        </>
      )}
    </Modal>
  );
}
