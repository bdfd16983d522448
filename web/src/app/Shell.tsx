import { Layout, Menu, Skeleton, type MenuProps } from 'antd';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Route, Routes, useLocation } from 'react-router';
import { Empty } from '@/shared/Empty';
import { useSession } from '@/shared/session';
import { ErrorBoundary } from './ErrorBoundary';
import { HeaderTools } from './HeaderTools';
import { PastDay } from './PastDay';
import { mayOpen, navOf, pageRoutes, type NavGroup } from './routes';

const kGroups: readonly NavGroup[] = ['know', 'understand', 'act', 'run'];

function Navigation() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const rights = useSession().rights ?? [];
  const items: MenuProps['items'] = kGroups.flatMap((group) => {
    const children = pageRoutes.flatMap((route) =>
      route.nav?.group === group && mayOpen(route, rights)
        ? [
            {
              key: route.nav.name,
              icon: route.nav.icon,
              label: (
                <Link to={route.path.replace('/:tab?', '')}>{t(`nav.${route.nav.name}`)}</Link>
              ),
            },
          ]
        : [],
    );
    return children.length
      ? [{ type: 'group' as const, key: group, label: t(`nav_group.${group}`), children }]
      : [];
  });
  return <Menu mode="inline" items={items} selectedKeys={[navOf(pathname) ?? '']} />;
}

function Pages() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const rights = useSession().rights ?? [];
  return (
    <ErrorBoundary key={pathname}>
      <Suspense fallback={<Skeleton active />}>
        <Routes>
          {pageRoutes.map((route) => (
            <Route
              key={route.path}
              path={route.path}
              element={
                mayOpen(route, rights) ? (
                  <route.page />
                ) : (
                  <Empty title={t('empty.forbidden')} hint={t('empty.forbidden_hint')} />
                )
              }
            />
          ))}
          <Route
            path="*"
            element={
              <Empty title={t('empty.no_page')} action={<Link to="/">{t('nav.overview')}</Link>} />
            }
          />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  );
}

export default function Shell() {
  const { t } = useTranslation();
  const { workspace } = useSession();
  return (
    <Layout className="shell">
      <a className="skip" href="#content">
        {t('header.skip')}
      </a>
      <Layout.Sider
        className="shell-side"
        width={200}
        breakpoint="lg"
        collapsedWidth={0}
        theme="light"
      >
        <Link className="brand" to="/">
          <img src="/favicon.svg" alt="" />
          {t('product')}
        </Link>
        <nav aria-label={t('header.navigation')}>
          <Navigation />
        </nav>
      </Layout.Sider>
      <Layout>
        <Layout.Header className="shell-header">
          <strong>{workspace.name}</strong>
          <span className="grow" />
          <HeaderTools />
        </Layout.Header>
        <PastDay />
        <main className="shell-main" id="content">
          <Pages />
        </main>
      </Layout>
    </Layout>
  );
}
