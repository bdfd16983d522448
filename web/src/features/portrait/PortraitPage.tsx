import { ReloadOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Portrait } from '@/api/value_types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { GroupView } from './GroupView';
import { SettingsForm } from './SettingsForm';
import { TagsView } from './TagsView';

const kTabs = ['group', 'tags', 'settings'] as const;
const kLookAgain = 1_000; // milliseconds, while tags are being worked out

function Answer({ portrait }: { portrait: Portrait }) {
  const { t } = useTranslation();
  const address = useAddress();
  const { newest } = portrait;
  return (
    <>
      {portrait.error ? <p className="notice">{portrait.error}</p> : null}
      {newest ? null : <Empty title={t('portrait.none')} hint={t('portrait.none_hint')} />}
      <Tabs
        activeKey={address.word('tab', kTabs, newest ? 'group' : 'settings')}
        onChange={(tab) => address.change({ tab: tab === 'group' ? null : tab })}
        items={[
          ...(newest
            ? [
                {
                  key: 'group',
                  label: t('portrait.tab_group'),
                  children: <GroupView version={newest.version} />,
                },
                {
                  key: 'tags',
                  label: t('portrait.tab_tags'),
                  children: <TagsView portrait={portrait} />,
                },
              ]
            : []),
          {
            key: 'settings',
            label: t('portrait.tab_settings'),
            children: <SettingsForm settings={portrait.settings} />,
          },
        ]}
      />
    </>
  );
}

export default function PortraitPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const mayWrite = useRight('insights.write');
  const query = useQuery({
    queryKey: ['portrait'],
    queryFn: () => must(api.GET('/v1/portrait')),
    refetchInterval: ({ state }) =>
      state.data && (state.data.renewing || !state.data.newest) ? kLookAgain : false,
  });
  const renew = useMutation({
    mutationFn: () => must(api.POST('/v1/portrait/renew')),
    onSuccess: (next) => client.setQueryData(['portrait'], next),
  });
  const newest = query.data?.newest;
  return (
    <>
      <PageHead
        title={t('nav.portrait')}
        lead={
          newest
            ? t('portrait.lead', {
                version: newest.version,
                at: format.dateTime(newest.as_of),
                zone: format.zone,
                n: format.count(newest.people),
                took: format.count(newest.took_ms / 1000, 1),
              })
            : undefined
        }
      >
        {mayWrite ? (
          <Button
            icon={<ReloadOutlined />}
            loading={renew.isPending || query.data?.renewing === true}
            onClick={() => renew.mutate()}
          >
            {t('portrait.renew')}
          </Button>
        ) : null}
      </PageHead>
      {renew.error ? <ProblemView error={renew.error} /> : null}
      <Loaded query={query} rows={12}>
        {(portrait) => <Answer portrait={portrait} />}
      </Loaded>
    </>
  );
}
