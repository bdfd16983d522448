import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Churn } from '@/api/value_types';
import { Empty } from '@/shared/Empty';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Faults } from './Faults';
import { LeavingReasons } from './LeavingReasons';
import { ModelPage } from './ModelPage';
import { RiskBands } from './RiskBands';
import { RiskCard } from './RiskCard';
import { RiskList } from './RiskList';
import { RiskSettings } from './RiskSettings';
import { TrainingError } from './TrainingError';

const kTabs = ['list', 'left', 'card', 'settings'] as const;

function Answer({ churn }: { churn: Churn }) {
  const { t } = useTranslation();
  const address = useAddress();
  const { model, scores } = churn;
  return (
    <>
      <TrainingError error={churn.error} why={churn.error_why} />
      {model ? (
        <Faults faults={model.card.faults} />
      ) : (
        <Empty
          title={t(churn.training ? 'clv.training' : 'risk.none')}
          hint={t('risk.none_hint')}
        />
      )}
      <Tabs
        activeKey={address.word('tab', kTabs, scores ? 'list' : model ? 'card' : 'settings')}
        onChange={(tab) => address.change({ tab })}
        items={[
          ...(scores
            ? [
                {
                  key: 'list',
                  label: t('risk.tab_list'),
                  children: (
                    <>
                      <RiskBands scores={scores} currency={churn.currency} />
                      <RiskList currency={churn.currency} />
                    </>
                  ),
                },
              ]
            : []),
          {
            key: 'left',
            label: t('leaving.tab'),
            children: <LeavingReasons />,
          },
          ...(model
            ? [
                {
                  key: 'card',
                  label: t('clv.tab_card'),
                  children: <RiskCard churn={churn} model={model} />,
                },
              ]
            : []),
          {
            key: 'settings',
            label: t('risk.tab_settings'),
            children: <RiskSettings settings={churn.settings} />,
          },
        ]}
      />
    </>
  );
}

export default function RiskPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return (
    <ModelPage
      name="churn"
      title={t('nav.risk')}
      get={() => must(api.GET('/v1/value/churn'))}
      train={() => must(api.POST('/v1/value/churn/train'))}
      lead={({ model, scores }) =>
        scores
          ? t('risk.lead', {
              n: format.count(scores.people),
              days: model?.settings.horizon_days ?? 0,
              label: word('churn_label', model?.settings.label ?? 'no_order'),
              at: format.dateTime(scores.as_of),
              zone: format.zone,
            })
          : undefined
      }
    >
      {(churn) => <Answer churn={churn} />}
    </ModelPage>
  );
}
