import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api, must } from '@/api/client';
import type { AudienceCount, CampaignDraft } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';
import { AudienceWords } from './AudienceWords';

interface Props {
  open: boolean;
  close: () => void;
  draft: CampaignDraft;
  count: AudienceCount;
  save: () => Promise<string>;
}

/** Asks once, and names how many will get a message and how many will not. */
export function SendDialog({ open, close, draft, count, save }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const client = useQueryClient();
  const send = useMutation({
    mutationFn: async () => {
      const id = await save();
      return must(
        api.POST('/v1/campaigns/{id}/send', {
          params: { path: { id } },
          body: { expected_people: count.people },
        }),
      );
    },
    onSuccess: (campaign) => {
      client.setQueryData(['campaign', campaign.id], campaign);
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      void client.invalidateQueries({ queryKey: ['overview'] });
      void navigate(`/campaigns/${campaign.id}`);
    },
    onError: () => void client.invalidateQueries({ queryKey: ['audience'] }),
  });
  const numbers = {
    n: format.count(count.reachable - count.held_out),
    held: format.count(count.held_out),
  };
  return (
    <Modal
      open={open}
      onCancel={close}
      title={t('campaign.confirm', numbers)}
      okText={t('campaign.confirm_do', numbers)}
      cancelText={t('do.cancel')}
      confirmLoading={send.isPending}
      onOk={() => send.mutate()}
    >
      <p>
        <b>{draft.subject}</b>
      </p>
      <p>
        {t('campaign.to_whom')} <AudienceWords audience={draft.audience} />
      </p>
      <p className="quiet">{t('campaign.confirm_hint')}</p>
      {send.isError ? <ProblemView error={send.error} /> : null}
    </Modal>
  );
}
