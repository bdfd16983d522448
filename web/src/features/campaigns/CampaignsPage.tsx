import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { Campaign } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { AudienceWords } from './AudienceWords';

const kPollMs = 2000;

function Row({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const mayWrite = useRight('campaigns.write');
  const { id, name, state, counts } = campaign;
  const draft = state === 'draft';
  return (
    <tr>
      <td>
        <Link to={draft && mayWrite ? `/campaigns/${id}/edit` : `/campaigns/${id}`}>{name}</Link>
      </td>
      <td>{word('campaign_state', state)}</td>
      <td>
        <AudienceWords audience={campaign.audience} />
      </td>
      <td className="num">{draft ? '' : format.count(counts.sent ?? 0)}</td>
      <td className="num">{draft ? '' : format.count(counts.held_out ?? 0)}</td>
      <td className="num">{format.dateTime(campaign.started_at)}</td>
      <td className="num">
        {draft ? null : (
          <Link to={`/campaigns/${id}`}>
            {state === 'sent' ? t('campaign.to_result') : t('campaign.to_progress')}
          </Link>
        )}
      </td>
    </tr>
  );
}

export default function CampaignsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('campaigns.write');
  const query = useQuery({
    queryKey: ['campaigns'],
    queryFn: () => must(api.GET('/v1/campaigns')),
    refetchInterval: ({ state }) =>
      state.data?.campaigns.some((one) => one.state === 'sending') ? kPollMs : false,
  });
  const create = mayWrite ? (
    <LinkButton type="primary" icon={<PlusOutlined />} to="/campaigns/new">
      {t('campaign.new')}
    </LinkButton>
  ) : null;
  return (
    <>
      <PageHead title={t('nav.campaigns')} lead={t('campaign.lead', { zone: format.zone })}>
        {create}
      </PageHead>
      <Loaded query={query}>
        {({ campaigns }) =>
          campaigns.length === 0 ? (
            <Empty title={t('campaign.none')} hint={t('campaign.none_hint')} />
          ) : (
            <div className="scroll-x">
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t('campaign.name')}</th>
                    <th>{t('campaign.state')}</th>
                    <th>{t('campaign.audience')}</th>
                    <th className="num">{t('campaign.sent_n')}</th>
                    <th className="num">{t('campaign.held_out_n')}</th>
                    <th className="num">{t('campaign.started')}</th>
                    <th />
                  </tr>
                </thead>
                <tbody>
                  {campaigns.map((campaign) => (
                    <Row key={campaign.id} campaign={campaign} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
    </>
  );
}
