import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must, problemOf } from '@/api/client';
import type { Programme } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';

const newId = (): string =>
  `console:${Date.now()}-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;

interface Props {
  programme: Programme;
  person: number;
  currency: string;
}

/** Gives or takes points by hand, with a reason; above the limit a second person decides. */
export function Adjust({ programme, person, currency }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const [amount, setAmount] = useState<number | null>(null);
  const [reason, setReason] = useState('');
  // The id stays until the answer is known, so that sending it again cannot give twice.
  const [id, setId] = useState(newId);
  const send = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/command', {
          params: { path: { programme: programme.id } },
          body: { kind: 'adjust', id, person, currency, amount: amount ?? 0, reason },
        }),
      ),
    onSuccess: () => {
      setId(newId());
      setAmount(null);
      setReason('');
      void client.invalidateQueries({ queryKey: ['loyalty', programme.id] });
    },
    // A refused id stays refused: another try is another command. Without an answer it is not known
    // whether it was done: the same id does it once.
    onError: (error) => {
      const { status } = problemOf(error, 0).problem;
      if (status >= 400 && status < 500) setId(newId());
    },
  });
  return (
    <>
      {send.isError ? <ProblemView error={send.error} /> : null}
      {send.data ? (
        <Alert
          type={send.data.status === 'waiting' ? 'warning' : 'success'}
          showIcon
          message={t(send.data.status === 'waiting' ? 'loyalty.waits' : 'loyalty.adjusted')}
        />
      ) : null}
      <div className="row" style={{ flexWrap: 'wrap', marginTop: 8 }}>
        <NumberInput
          aria-label={t('loyalty.points')}
          placeholder={t('loyalty.points')}
          precision={0}
          value={amount}
          onChange={setAmount}
        />
        <Input
          aria-label={t('loyalty.reason')}
          placeholder={t('loyalty.reason')}
          maxLength={160}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
          style={{ width: 300 }}
        />
        <Button
          type="primary"
          disabled={!amount || !reason.trim()}
          loading={send.isPending}
          onClick={() => send.mutate()}
        >
          {t('loyalty.adjust')}
        </Button>
      </div>
      <p className="quiet">
        {t('loyalty.adjust_hint', { limit: format.count(programme.approval_limit) })}
      </p>
    </>
  );
}
