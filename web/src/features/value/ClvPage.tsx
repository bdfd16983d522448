import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Clv } from '@/api/value_types';
import { Empty } from '@/shared/Empty';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { ClvRanking } from './ClvRanking';
import { ClvScores } from './ClvScores';
import { ClvSettingsForm } from './ClvSettingsForm';
import { Faults } from './Faults';
import { ModelCard } from './ModelCard';
import { ModelPage } from './ModelPage';
import { TrainingError } from './TrainingError';
import { VersionsTable } from './VersionsTable';

const kTabs = ['value', 'people', 'card', 'settings'] as const;

function Answer({ clv }: { clv: Clv }) {
  const { t } = useTranslation();
  const address = useAddress();
  if (!clv.model)
    return (
      <>
        <TrainingError error={clv.error} why={clv.error_why} />
        <Empty title={t(clv.training ? 'clv.training' : 'clv.none')} hint={t('clv.none_hint')} />
      </>
    );
  const { model, scores } = clv;
  return (
    <>
      <TrainingError error={clv.error} why={clv.error_why} />
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
  return (
    <ModelPage
      name="clv"
      title={t('nav.value')}
      get={() => must(api.GET('/v1/value/clv'))}
      train={() => must(api.POST('/v1/value/clv/train'))}
      lead={({ model, scores }) =>
        model
          ? t('clv.lead', {
              n: format.count(model.customers),
              months: model.settings.horizon_months,
              at: format.dateTime(scores?.as_of ?? model.as_of),
              zone: format.zone,
            })
          : undefined
      }
    >
      {(clv) => <Answer clv={clv} />}
    </ModelPage>
  );
}
