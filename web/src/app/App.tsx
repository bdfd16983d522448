import { App as AntApp, ConfigProvider, Spin } from 'antd';
import enUS from 'antd/locale/en_GB';
import zhCN from 'antd/locale/zh_CN';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { useMayMove } from '@/shared/motion';
import { ProblemView } from '@/shared/ProblemView';
import { useSessionQuery } from '@/shared/session';
import { useThemeName } from '@/shared/theme_choice';
import { themes } from './theme';

const Shell = lazy(() => import('./Shell'));
const ClaimPage = lazy(() => import('@/features/access/ClaimPage'));
const SharedPage = lazy(() => import('@/features/insights/reports/SharedPage'));
const SignInPage = lazy(() => import('@/features/access/SignInPage'));

function Door() {
  const { t } = useTranslation();
  const session = useSessionQuery();
  const { pathname } = useLocation();
  if (session.isError) {
    return (
      <main className="sign-in">
        <h1 style={{ marginBottom: 16 }}>{t('product')}</h1>
        <ProblemView error={session.error} retry={() => void session.refetch()} />
      </main>
    );
  }
  if (!session.data) return null;
  if (pathname.startsWith('/shared/')) return <SharedPage />;
  if (pathname === '/claim') return <ClaimPage />;
  return session.data.signed_in ? <Shell /> : <SignInPage />;
}

export function App() {
  const { i18n } = useTranslation();
  const { token, ...look } = themes[useThemeName()];
  const motion = useMayMove();
  return (
    <ConfigProvider
      theme={{ ...look, token: { ...token, motion }, hashed: false }}
      locale={i18n.language === 'zh' ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
    >
      <AntApp>
        <Suspense fallback={<Spin style={{ display: 'block', paddingTop: '30vh' }} />}>
          <Door />
        </Suspense>
      </AntApp>
    </ConfigProvider>
  );
}
