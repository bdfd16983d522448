import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Clv } from '@/api/value_types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { ProblemView } from '@/shared/ProblemView';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { ClvRanking } from './ClvRanking';
import { ClvScores } from './ClvScores';
import { ClvSettingsForm } from './ClvSettingsForm';
import { Faults } from './Faults';
import { ModelCard } from './ModelCard';
import { TrainButton } from './TrainButton';
import { useModel } from './use_model';
import { VersionsTable } from './VersionsTable';

const kTabs = ['value', 'people', 'card', 'settings'] as const;

function Answer({ clv }: { clv: Clv }) {
  const { t } = useTranslation();
  const address = useAddress();
  if (!clv.model)
    return (
      <>
        {clv.error ? <p className="notice">{clv.error}</p> : null}
        <Empty title={t(clv.training ? 'clv.training' : 'clv.none')} hint={t('clv.none_hint')} />
      </>
    );
  const { model, scores } = clv;
  return (
    <>
      {clv.error ? <p className="notice">{clv.error}</p> : null}
      <Faults faults={model.faults} />
      <Tabs
        activeKey={address.word('tab', kTabs, scores ? 'value' : 'card')}
        onChange={(tab) => address.change({ tab })}
        items={[
          ...(scores
            ? [
                {
                  key: 'value',
                  label: t('clv.tab_value'),
                  children: <ClvScores clv={clv} scores={scores} model={model} />,
                },
                {
                  key: 'people',
                  label: t('clv.tab_people'),
                  children: <ClvRanking currency={clv.currency} />,
                },
              ]
            : []),
          { key: 'card', label: t('clv.tab_card'), children: <ModelCard model={model} /> },
          {
            key: 'settings',
            label: t('clv.tab_settings'),
            children: (
              <>
                <ClvSettingsForm settings={clv.settings} />
                <VersionsTable versions={clv.versions} />
              </>
            ),
          },
        ]}
      />
    </>
  );
}

export default function ClvPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { query, train, busy } = useModel(
    'clv',
    () => must(api.GET('/v1/value/clv')),
    () => must(api.POST('/v1/value/clv/train')),
  );
  const model = query.data?.model;
  return (
    <>
      <PageHead
        title={t('nav.value')}
        lead={
          model
            ? t('clv.lead', {
                n: format.count(model.customers),
                months: model.settings.horizon_months,
                at: format.dateTime(query.data?.scores?.as_of ?? model.as_of),
                zone: format.zone,
              })
            : undefined
        }
      >
        <TrainButton busy={busy} train={() => train.mutate()} />
      </PageHead>
      {train.error ? <ProblemView error={train.error} /> : null}
      <Loaded query={query} rows={12}>
        {(clv) => <Answer clv={clv} />}
      </Loaded>
    </>
  );
}
