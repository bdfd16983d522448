import { MenuOutlined } from '@ant-design/icons';
import { Button, Menu, Skeleton, type MenuProps } from 'antd';
import { Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Route, Routes, useLocation } from 'react-router';
import { PageHead } from '@/shared/PageHead';
import { useSession } from '@/shared/session';
import { ErrorBoundary } from './ErrorBoundary';
import { HeaderTools } from './HeaderTools';
import { PastDay } from './PastDay';
import { keyOf, mayOpen, navOf } from './places';
import { pageRoutes, type NavGroup } from './routes';

const kGroups: readonly NavGroup[] = ['know', 'understand', 'act', 'prove', 'run'];

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
    <ErrorBoundary key={keyOf(pathname)}>
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
