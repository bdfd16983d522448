import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Popconfirm, Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Campaign } from '@/api/types';
import { People } from '@/shared/People';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { shareSent, verdictCounts } from './result';

/** How far the sending is: people by verdict, each number opening its people. */
export function SendingView({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const client = useQueryClient();
  const mayWrite = useRight('campaigns.write');
  const cancel = useMutation({
    mutationFn: () =>
      must(api.POST('/v1/campaigns/{id}/cancel', { params: { path: { id: campaign.id } } })),
    onSuccess: (next) => client.setQueryData(['campaign', campaign.id], next),
  });
  const sending = campaign.state === 'sending';
  return (
    <section aria-live={sending ? 'polite' : 'off'} style={{ marginBottom: 8 }}>
      {sending ? (
        <Progress
          percent={Math.floor(shareSent(campaign.counts) * 100)}
          status="active"
          aria-label={t('campaign.progress')}
        />
      ) : null}
      <div className="row" style={{ gap: '4px 24px' }}>
        {verdictCounts(campaign.counts).map(({ verdict, people }) => (
          <span key={verdict}>
            <span className="quiet">{word('verdict', verdict)}</span>{' '}
            <b>
              <People n={people} set={`campaign:${campaign.id}:verdict:${verdict}`} />
            </b>
          </span>
        ))}
        <span className="grow" />
        {sending && mayWrite ? (
          <Popconfirm
            title={t('campaign.cancel_ask', { n: format.count(campaign.counts.pending ?? 0) })}
            okText={t('campaign.cancel')}
            cancelText={t('campaign.go_on')}
            onConfirm={() => cancel.mutate()}
          >
            <Button danger loading={cancel.isPending}>
              {t('campaign.cancel')}
            </Button>
          </Popconfirm>
        ) : null}
      </div>
      {cancel.isError ? <ProblemView error={cancel.error} /> : null}
    </section>
  );
}
