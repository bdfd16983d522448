import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Health } from '@/api/value_types';
import { Empty } from '@/shared/Empty';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { Faults } from './Faults';
import { HealthAlerts } from './HealthAlerts';
import { HealthCard } from './HealthCard';
import { HealthLights } from './HealthLights';
import { HealthList } from './HealthList';
import { HealthSettingsForm } from './HealthSettingsForm';
import { ModelPage } from './ModelPage';
import { TrainingError } from './TrainingError';

const kTabs = ['list', 'alerts', 'card', 'settings'] as const;

function Answer({ health }: { health: Health }) {
  const { t } = useTranslation();
  const address = useAddress();
  const { model, scores } = health;
  return (
    <>
      <TrainingError error={health.error} why={health.error_why} />
      {model ? (
        <Faults faults={model.card.faults} title={t('clv.careful')} />
      ) : (
        <Empty
          title={t(health.training ? 'clv.training' : 'health.none')}
          hint={t('health.none_hint')}
        />
      )}
      <Tabs
        activeKey={address.word('tab', kTabs, scores ? 'list' : model ? 'card' : 'settings')}
        onChange={(tab) => address.change({ tab, page: null })}
        items={[
          ...(model && scores
            ? [
                {
                  key: 'list',
                  label: t('health.tab_list'),
                  children: (
                    <>
                      <HealthLights scores={scores} trait={model.settings.owner_trait ?? ''} />
                      <HealthList scores={scores} />
                    </>
                  ),
                },
                {
                  key: 'alerts',
                  label: t('health.tab_alerts'),
                  children: <HealthAlerts />,
                },
              ]
            : []),
          ...(model
            ? [
                {
                  key: 'card',
                  label: t('health.tab_card'),
                  children: <HealthCard model={model} />,
                },
              ]
            : []),
          {
            key: 'settings',
            label: t('health.tab_settings'),
            children: <HealthSettingsForm settings={health.settings} />,
          },
        ]}
      />
    </>
  );
}

export default function HealthPage() {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ModelPage
      name="health"
      title={t('nav.health')}
      get={() => must(api.GET('/v1/value/health'))}
      train={() => must(api.POST('/v1/value/health/train'))}
      lead={({ scores }) =>
        scores
          ? t('health.lead', {
              n: format.count(scores.people),
              at: format.dateTime(scores.as_of),
              zone: format.zone,
            })
          : undefined
      }
    >
      {(health) => <Answer health={health} />}
    </ModelPage>
  );
}
