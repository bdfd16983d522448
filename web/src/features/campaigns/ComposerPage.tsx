import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useParams, useSearchParams } from 'react-router';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { Composer } from './Composer';
import { audienceFrom, draftOf, emptyDraft } from './draft';

function NewCampaign() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const [draft] = useState(() => emptyDraft(audienceFrom(params)));
  return (
    <>
      <PageHead title={t('campaign.new')} />
      <Composer start={draft} />
    </>
  );
}

function ExistingCampaign({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['campaign', id],
    queryFn: () => must(api.GET('/v1/campaigns/{id}', { params: { path: { id } } })),
  });
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
  return id ? <ExistingCampaign id={id} /> : <NewCampaign />;
}
