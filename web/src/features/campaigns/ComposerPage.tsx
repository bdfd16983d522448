import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useParams, useSearchParams } from 'react-router';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { Composer } from './Composer';
import { audienceFrom, draftOf, emptyDraft, kSteps } from './draft';

const kNewPath = '/campaigns/new';

const campaignQuery = (id: string) => ({
  queryKey: ['campaign', id],
  queryFn: () => must(api.GET('/v1/campaigns/{id}', { params: { path: { id } } })),
});

interface NewProps {
  made: string;
  setMade: (id: string) => void;
}

/** The first save gives it an address of its own; what is on the page stays. */
function NewCampaign({ made, setMade }: NewProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const [draft] = useState(() => emptyDraft(audienceFrom(params)));
  const { data } = useQuery({ ...campaignQuery(made), enabled: made !== '' });
  const created = (id: string) => {
    // Whoever has gone elsewhere meanwhile stays there.
    if (window.location.pathname !== kNewPath) return;
    setMade(id);
    const step = new URLSearchParams(window.location.search).get('step') ?? kSteps[0];
    void navigate(`/campaigns/${id}/edit?step=${step}`, { replace: true });
  };
  return (
    <>
      <PageHead title={data?.name ?? t('campaign.new')} />
      <Composer start={draft} created={created} />
    </>
  );
}

function ExistingCampaign({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useQuery(campaignQuery(id));
  return (
    <Loaded query={query} rows={10} title={t('nav.campaigns')}>
      {(campaign) =>
        campaign.state === 'draft' ? (
          <>
            <PageHead title={campaign.name} />
            <Composer key={id} start={draftOf(campaign)} id={id} />
          </>
        ) : (
          <Navigate to={`/campaigns/${id}`} replace />
        )
      }
    </Loaded>
  );
}

export default function ComposerPage() {
  const { id } = useParams();
  const [made, setMade] = useState('');
  return id && id !== made ? (
    <ExistingCampaign id={id} />
  ) : (
    <NewCampaign made={made} setMade={setMade} />
  );
}
