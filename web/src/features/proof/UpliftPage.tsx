import { useQuery } from '@tanstack/react-query';
import { Select, Space, Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { NumberInput } from '@/shared/NumberInput';
import { PageHead } from '@/shared/PageHead';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { UpliftOffers } from './UpliftOffers';
import { UpliftResult } from './UpliftResult';
import { upliftQuery, useActions, type Action } from './uplift';

const kDays = 30;
const kTabs = ['one', 'offers'] as const;

function Chosen({ action }: { action: Action }) {
  const { t } = useTranslation();
  const address = useAddress();
  const days = address.number('days', kDays);
  const measure =
    action.measures.find(({ key }) => key === address.text('measure')) ?? action.measures[0];
  const asked = upliftQuery(action, days, measure?.key);
  const query = useQuery({
    queryKey: ['uplift', asked],
    queryFn: () => must(api.GET('/v1/uplift', { params: { query: asked } })),
  });
  return (
    <>
      <Space wrap style={{ marginBottom: 16 }}>
        {action.kind === 'campaign' ? (
          <NumberInput
            aria-label={t('uplift.days')}
            addonBefore={t('uplift.days')}
            addonAfter={t('unit.days_word')}
            min={1}
            max={365}
            value={days}
            onChange={(next) => address.change({ days: next === kDays ? null : next })}
          />
        ) : (
          <Select
            aria-label={t('uplift.measure')}
            style={{ width: 240 }}
            value={measure?.key ?? ''}
            onChange={(next) => address.change({ measure: next })}
            options={action.measures.map(({ key, name }) => ({ value: key, label: name || key }))}
          />
        )}
      </Space>
      <Loaded query={query} rows={10}>
        {(uplift) => <UpliftResult key={uplift.of} uplift={uplift} asked={asked} />}
      </Loaded>
    </>
  );
}

export default function UpliftPage() {
  const { t } = useTranslation();
  const address = useAddress();
  const actions = useActions();
  const mayChoose = useRight('campaigns.write');
  return (
    <>
      <PageHead title={t('nav.uplift')} lead={t('uplift.lead')} />
      <Loaded query={actions} rows={10}>
        {(all) => {
          const action = all.find(({ of }) => of === address.text('of')) ?? all[0];
          if (!action) return <Empty title={t('uplift.none')} hint={t('uplift.none_hint')} />;
          return (
            <Tabs
              activeKey={address.word('tab', kTabs, 'one')}
              onChange={(tab) => address.change({ tab: tab === 'one' ? null : tab })}
              items={[
                {
                  key: 'one',
                  label: t('offers.single'),
                  children: (
                    <>
                      <Select
                        aria-label={t('uplift.of')}
                        style={{ width: 360, marginBottom: 12, display: 'block' }}
                        value={action.of}
                        onChange={(of) => address.change({ of, measure: null })}
                        options={all.map(({ of, name }) => ({ value: of, label: name }))}
                      />
                      <Chosen key={action.of} action={action} />
                    </>
                  ),
                },
                ...(mayChoose
                  ? [
                      {
                        key: 'offers',
                        label: t('offers.tab'),
                        children: <UpliftOffers actions={all} />,
                      },
                    ]
                  : []),
              ]}
            />
          );
        }}
      </Loaded>
    </>
  );
}
