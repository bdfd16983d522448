import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Recommendations } from '@/api/value_types';
import { Empty } from '@/shared/Empty';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { ModelPage } from './ModelPage';
import { RecommenderCard } from './RecommenderCard';
import { RecommenderSettingsForm } from './RecommenderSettingsForm';
import { TrainingError } from './TrainingError';

const kTabs = ['check', 'settings'] as const;

function Answer({ all }: { all: Recommendations }) {
  const { t } = useTranslation();
  const address = useAddress();
  const { model } = all;
  return (
    <>
      <TrainingError error={all.error} why={all.error_why} />
      {model ? (
        all.ready ? null : (
          <p className="notice">{t('recommend.not_ready')}</p>
        )
      ) : (
        <Empty
          title={t(all.training ? 'clv.training' : 'recommend.none')}
          hint={t('recommend.none_hint')}
        />
      )}
      <Tabs
        activeKey={address.word('tab', kTabs, model ? 'check' : 'settings')}
        onChange={(tab) => address.change({ tab })}
        items={[
          ...(model
            ? [
                {
                  key: 'check',
                  label: t('recommend.tab_check'),
                  children: <RecommenderCard all={all} model={model} />,
                },
              ]
            : []),
          {
            key: 'settings',
            label: t('recommend.tab_settings'),
            children: <RecommenderSettingsForm settings={all.settings} />,
          },
        ]}
      />
    </>
  );
}

export default function RecommendationsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ModelPage
      name="recommendations"
      title={t('nav.recommendations')}
      get={() => must(api.GET('/v1/value/recommendations'))}
      train={() => must(api.POST('/v1/value/recommendations/train'))}
      lead={({ model }) =>
        model
          ? t('recommend.lead', {
              people: format.count(model.people),
              items: format.count(model.items),
              at: format.dateTime(model.to),
              zone: format.zone,
            })
          : undefined
      }
    >
      {(all) => <Answer all={all} />}
    </ModelPage>
  );
}
