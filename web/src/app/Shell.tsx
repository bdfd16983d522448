import { MenuOutlined } from '@ant-design/icons';
import { Button, Menu, Skeleton, type MenuProps } from 'antd';
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Route, Routes, useLocation } from 'react-router';
import { loadRest } from '@/i18n';
import { PageHead } from '@/shared/PageHead';
import { useSession } from '@/shared/session';
import { ErrorBoundary } from './ErrorBoundary';
import { HeaderTools } from './HeaderTools';
import { PastDay } from './PastDay';
import { keyOf, mayOpen, navOf, pathFrom } from './places';
import { pageRoutes, type NavGroup, type PageRoute } from './routes';

const kGroups: readonly NavGroup[] = ['know', 'understand', 'act', 'prove', 'run'];

// Waits for the texts that the first view did not need.
const WithAllTexts = lazy(async () => {
  await loadRest();
  return { default: ({ children }: { children: ReactNode }) => children };
});

function Navigation() {
  const { t } = useTranslation();
  const here = useLocation();
  const rights = useSession().rights ?? [];
  const items: MenuProps['items'] = kGroups.flatMap((group) => {
    const children = pageRoutes.flatMap((route) =>
      route.nav?.group === group && mayOpen(route, rights)
        ? [
            {
              key: route.nav.name,
              icon: route.nav.icon,
              label: <Link to={pathFrom(here, route.path)}>{t(`nav.${route.nav.name}`)}</Link>,
            },
          ]
        : [],
    );
    return children.length
      ? [{ type: 'group' as const, key: group, label: t(`nav_group.${group}`), children }]
      : [];
  });
  return <Menu mode="inline" items={items} selectedKeys={[navOf(here.pathname) ?? '']} />;
}

function PageOf({ route }: { route: PageRoute }) {
  if (route.path === '/') return <route.page />;
  return (
    <WithAllTexts>
      <route.page />
    </WithAllTexts>
  );
}

function Pages() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const rights = useSession().rights ?? [];
  return (
    <ErrorBoundary key={keyOf(pathname)}>
      <Suspense fallback={<Skeleton active />}>
        <Routes>
          {pageRoutes.map((route) => (
            <Route
              key={route.path}
              path={route.path}
              element={
                mayOpen(route, rights) ? (
                  <PageOf route={route} />
                ) : (
                  <PageHead title={t('empty.forbidden')} lead={t('empty.forbidden_hint')} />
                )
              }
            />
          ))}
          <Route
            path="*"
            element={
              <PageHead
                title={t('empty.no_page')}
                lead={<Link to="/">{t('empty.to_overview')}</Link>}
              />
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
  const { pathname } = useLocation();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [pathname]);
  useEffect(() => void loadRest().catch(() => undefined), []);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {t('header.skip')}
      </a>
      <aside className={open ? 'shell-side open' : 'shell-side'}>
        <nav aria-label={t('header.navigation')}>
          <Link className="brand" to="/">
            <img src="/favicon.svg" alt="" />
            {t('product')}
          </Link>
          <Navigation />
        </nav>
      </aside>
      <div className="shell-body">
        <header className="shell-header">
          <Button
            className="shell-toggle"
            type="text"
            aria-label={t('header.navigation')}
            aria-expanded={open}
            icon={<MenuOutlined />}
            onClick={() => setOpen(!open)}
          />
          <strong>{workspace.name}</strong>
          <span className="grow" />
          <HeaderTools />
        </header>
        <PastDay />
        <main className="shell-main" id="content">
          <Pages />
        </main>
      </div>
    </div>
  );
}
