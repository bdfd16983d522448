import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';
import { FormRow } from './FormRow';
import { Waits } from './Waits';

/** A card whose code is known: claimed for a customer at the desk, or void. */
export function OneGiftCard({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const [person, setPerson] = useState<number | null>(null);
  const params = { path: { programme: programme.id } };
  const onSuccess = () => client.invalidateQueries({ queryKey: ['loyalty', programme.id] });
  const claim = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/gift-cards/claim', {
          params,
          body: { code, person: person ?? 0 },
        }),
      ),
    onSuccess,
  });
  const cancel = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/gift-cards/void', { params, body: { code } }),
      ),
    onSuccess,
  });
  const failed = claim.error ?? cancel.error;
  const begin = (act: () => void) => {
    claim.reset();
    cancel.reset();
    act();
  };
  return (
    <>
      {failed ? <ProblemView error={failed} /> : null}
      {claim.data ? (
        <Alert
          type="success"
          showIcon
          message={t('gift.claimed_done', {
            points: format.count(claim.data.amount),
            available: format.count(claim.data.available),
          })}
        />
      ) : null}
      <Waits answer={cancel.data} />
      {cancel.data && 'amount' in cancel.data ? (
        <Alert type="success" showIcon message={t('gift.voided_done')} />
      ) : null}
      <FormRow name={t('gift.code')}>
        <Input
          aria-label={t('gift.code')}
          maxLength={40}
          value={code}
          onChange={({ target }) => setCode(target.value)}
          style={{ width: 240 }}
        />
        <Popconfirm
          title={t('gift.void_ask')}
          okText={t('gift.void')}
          cancelText={t('do.keep')}
          disabled={!code.trim()}
          onConfirm={() => begin(cancel.mutate)}
        >
          <Button danger disabled={!code.trim()} loading={cancel.isPending}>
            {t('gift.void')}
          </Button>
        </Popconfirm>
      </FormRow>
      <FormRow name={t('gift.person')}>
        <NumberInput
          aria-label={t('gift.person')}
          min={1}
          precision={0}
          value={person}
          onChange={setPerson}
        />
        <Button
          disabled={!code.trim() || !person}
          loading={claim.isPending}
          onClick={() => begin(claim.mutate)}
        >
          {t('gift.claim')}
        </Button>
      </FormRow>
    </>
  );
}
