import { Skeleton, Tabs } from 'antd';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { PageHead } from '@/shared/PageHead';
import { useSession } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { kTabs } from './tabs';

export default function SettingsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const rights = useSession().rights ?? [];
  const { tab = 'workspace' } = useParams();
  const open = kTabs.filter((one) => one.right === 'signed_in' || rights.includes(one.right));
  const current = open.find((one) => one.key === tab) ?? open[0];
  return (
    <>
      <PageHead title={t('nav.settings')} lead={t('page.zone', { zone: format.zone })} />
      <Tabs
        activeKey={current?.key ?? ''}
        onChange={(key) => void navigate(`/settings/${key}`)}
        items={open.map(({ key }) => ({ key, label: t(`settings.${key}`) }))}
      />
      <Suspense fallback={<Skeleton active />}>{current ? <current.page /> : null}</Suspense>
    </>
  );
}
