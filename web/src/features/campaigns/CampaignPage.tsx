import { useQuery } from '@tanstack/react-query';
import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { api, must } from '@/api/client';
import type { Campaign } from '@/api/types';
import { DeleteButton } from '@/shared/DeleteButton';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { AudienceWords } from './AudienceWords';
import { LedgerView } from './LedgerView';
import { MessageView } from './MessageView';
import { ResultView } from './ResultView';
import { SendingView } from './SendingView';

const kPollMs = 1000;
const kTabs = ['result', 'ledger', 'message'] as const;

function Body({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const address = useAddress();
  const draft = campaign.state === 'draft';
  const tabs = draft ? (['message'] as const) : kTabs;
  const tab = address.word('tab', kTabs, tabs[0]);
  return (
    <>
      {draft ? null : <SendingView campaign={campaign} />}
      <Tabs
        activeKey={tab}
        onChange={(next) =>
          address.change({ tab: next === tabs[0] ? null : next, verdict: null, page: null })
        }
        items={tabs.map((key) => ({ key, label: t(`campaign.tab_${key}`) }))}
      />
      {tab === 'result' ? <ResultView campaign={campaign} /> : null}
      {tab === 'ledger' ? <LedgerView campaign={campaign} /> : null}
      {tab === 'message' ? <MessageView campaign={campaign} /> : null}
    </>
  );
}

export default function CampaignPage() {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const mayWrite = useRight('campaigns.write');
  const { id = '' } = useParams();
  const query = useQuery({
    queryKey: ['campaign', id],
    queryFn: () => must(api.GET('/v1/campaigns/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.state === 'sending' ? kPollMs : false),
  });
  return (
    <Loaded query={query} rows={10} title={t('nav.campaigns')}>
      {(campaign) => (
        <>
          <PageHead
            title={campaign.name}
            lead={
              <>
                {word('campaign_state', campaign.state)}
                {campaign.started_at
                  ? ` · ${format.dateTime(campaign.started_at)} (${format.zone})`
                  : ''}{' '}
                · <AudienceWords audience={campaign.audience} /> ·{' '}
                {t('campaign.hold_out_of', { percent: campaign.hold_out_percent })}
              </>
            }
          >
            {campaign.state === 'draft' && mayWrite ? (
              <>
                <LinkButton type="primary" to={`/campaigns/${id}/edit`}>
                  {t('do.edit')}
                </LinkButton>
                <DeleteButton
                  ask={t('campaign.delete_ask', { name: campaign.name })}
                  remove={() =>
                    must(api.DELETE('/v1/campaigns/{id}', { params: { path: { id } } }))
                  }
                  list={{ query: 'campaigns', path: '/campaigns' }}
                />
              </>
            ) : null}
          </PageHead>
          <Body campaign={campaign} />
        </>
      )}
    </Loaded>
  );
}
