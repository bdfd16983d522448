import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CampaignSummary, Overview } from '@/api/types';
import { IntervalLine } from '@/shared/IntervalLine';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Verdict } from '@/shared/Verdict';

function Headline({ campaign }: { campaign: CampaignSummary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { headline } = campaign;
  if (
    !headline ||
    headline.difference === null ||
    headline.low === null ||
    headline.high === null
  ) {
    return headline ? (
      <Verdict verdict={headline.verdict} />
    ) : (
      <span className="quiet">{t('campaign.no_result_yet')}</span>
    );
  }
  const text = t('campaign.difference_short', {
    points: format.points(headline.difference),
    low: format.points(headline.low),
    high: format.points(headline.high),
  });
  return (
    <div className="row">
      <Verdict verdict={headline.verdict} />
      <IntervalLine
        compact
        low={headline.low}
        value={headline.difference}
        high={headline.high}
        label={text}
        show={(value) => format.points(value)}
      />
      <span className="quiet small">{text}</span>
    </div>
  );
}

/** What did we do, and did it work? */
export function Campaigns({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return (
    <Section
      title={t('overview.campaigns')}
      aside={<Link to="/campaigns">{t('overview.to_campaigns')}</Link>}
    >
      {overview.campaigns.length === 0 ? (
        <p className="quiet">{t('overview.no_campaigns')}</p>
      ) : (
        <div className="scroll-x">
          <table className="plain">
            <thead>
              <tr>
                <th>{t('campaign.one')}</th>
                <th>{t('campaign.state')}</th>
                <th className="num">{t('campaign.sent_n')}</th>
                <th className="num">{t('campaign.held_out_n')}</th>
                <th>{t('campaign.effect')}</th>
              </tr>
            </thead>
            <tbody>
              {overview.campaigns.map((campaign) => (
                <tr key={campaign.id}>
                  <td>
                    <Link to={`/campaigns/${campaign.id}`}>{campaign.name}</Link>
                  </td>
                  <td className="nowrap">
                    {word('campaign_state', campaign.state)}{' '}
                    {campaign.started_at ? (
                      <span className="quiet">{format.day(campaign.started_at)}</span>
                    ) : null}
                  </td>
                  <td className="num">{format.count(campaign.counts.sent ?? 0)}</td>
                  <td className="num">{format.count(campaign.counts.held_out ?? 0)}</td>
                  <td>
                    <Headline campaign={campaign} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
