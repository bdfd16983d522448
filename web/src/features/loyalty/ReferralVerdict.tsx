import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme, Referral } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';

// Refusals that are a matter of judgement.
const kOpen: readonly string[] = ['same_identifier', 'same_device', 'same_trait', 'not_new'];

/** What a person may decide about a claim: accept, refuse, or take that back. */
export function ReferralVerdict({ programme, one }: { programme: Programme; one: Referral }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const judge = useMutation({
    mutationFn: (verdict: 'accept' | 'refuse' | 'none') =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/referrals/{referral}/verdict', {
          params: { path: { programme: programme.id, referral: one.id } },
          body: { verdict },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ['loyalty', programme.id] }),
  });
  return (
    <>
      {judge.isError ? <ProblemView error={judge.error} /> : null}
      {one.verdict ? (
        <Button size="small" onClick={() => judge.mutate('none')}>
          {t('referral.undo')}
        </Button>
      ) : kOpen.includes(one.reason) ? (
        <Button size="small" onClick={() => judge.mutate('accept')}>
          {t('referral.accept')}
        </Button>
      ) : one.state === 'rewarded' || one.state === 'waiting' ? (
        <Popconfirm
          title={t('referral.refuse_ask')}
          okText={t('referral.refuse')}
          cancelText={t('do.keep')}
          onConfirm={() => judge.mutate('refuse')}
        >
          <Button size="small" danger>
            {t('referral.refuse')}
          </Button>
        </Popconfirm>
      ) : null}
    </>
  );
}
