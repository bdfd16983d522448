// Every page of the console, the right it needs, and its place in the navigation.
import {
  BarChartOutlined,
  DashboardOutlined,
  HeatMapOutlined,
  ImportOutlined,
  NodeIndexOutlined,
  AppstoreOutlined,
  SendOutlined,
  SettingOutlined,
  TeamOutlined,
} from '@ant-design/icons';
import { lazy, type ComponentType, type LazyExoticComponent, type ReactNode } from 'react';

export type NavGroup = 'know' | 'understand' | 'act' | 'run';
export type NavName =
  | 'overview'
  | 'customers'
  | 'imports'
  | 'activity'
  | 'retention'
  | 'stages'
  | 'rfm'
  | 'campaigns'
  | 'settings';

export interface PageRoute {
  path: string;
  right: string;
  page: LazyExoticComponent<ComponentType>;
  nav?: { group: NavGroup; name: NavName; icon: ReactNode };
}

const ComposerPage = lazy(() => import('@/features/campaigns/ComposerPage'));

export const pageRoutes: readonly PageRoute[] = [
  {
    path: '/',
    right: 'insights.read',
    page: lazy(() => import('@/features/overview/OverviewPage')),
    nav: { group: 'know', name: 'overview', icon: <DashboardOutlined /> },
  },
  {
    path: '/customers',
    right: 'customers.read',
    page: lazy(() => import('@/features/customers/CustomersPage')),
    nav: { group: 'know', name: 'customers', icon: <TeamOutlined /> },
  },
  {
    path: '/customers/:id',
    right: 'customers.read',
    page: lazy(() => import('@/features/customers/CustomerPage')),
  },
  {
    path: '/imports',
    right: 'imports.read',
    page: lazy(() => import('@/features/imports/ImportsPage')),
    nav: { group: 'know', name: 'imports', icon: <ImportOutlined /> },
  },
  {
    path: '/imports/:id',
    right: 'imports.read',
    page: lazy(() => import('@/features/imports/ImportPage')),
  },
  {
    path: '/insights/activity',
    right: 'insights.read',
    page: lazy(() => import('@/features/insights/ActivityPage')),
    nav: { group: 'understand', name: 'activity', icon: <BarChartOutlined /> },
  },
  {
    path: '/insights/retention',
    right: 'insights.read',
    page: lazy(() => import('@/features/insights/RetentionPage')),
    nav: { group: 'understand', name: 'retention', icon: <HeatMapOutlined /> },
  },
  {
    path: '/value/stages',
    right: 'insights.read',
    page: lazy(() => import('@/features/value/StagesPage')),
    nav: { group: 'understand', name: 'stages', icon: <NodeIndexOutlined /> },
  },
  {
    path: '/value/rfm',
    right: 'insights.read',
    page: lazy(() => import('@/features/value/RfmPage')),
    nav: { group: 'understand', name: 'rfm', icon: <AppstoreOutlined /> },
  },
  {
    path: '/campaigns',
    right: 'campaigns.read',
    page: lazy(() => import('@/features/campaigns/CampaignsPage')),
    nav: { group: 'act', name: 'campaigns', icon: <SendOutlined /> },
  },
  {
    path: '/campaigns/new',
    right: 'campaigns.write',
    page: ComposerPage,
  },
  {
    path: '/campaigns/:id/edit',
    right: 'campaigns.write',
    page: ComposerPage,
  },
  {
    path: '/campaigns/:id',
    right: 'campaigns.read',
    page: lazy(() => import('@/features/campaigns/CampaignPage')),
  },
  {
    path: '/settings/:tab?',
    right: 'signed_in',
    page: lazy(() => import('@/features/settings/SettingsPage')),
    nav: { group: 'run', name: 'settings', icon: <SettingOutlined /> },
  },
];

/**
 * Addresses with the same key are one page that stays as it is while its address changes: a new
 * campaign gets an address of its own when it is first saved.
 */
export const keyOf = (pathname: string): string =>
  /^\/campaigns\/(new|[^/]+\/edit)$/.test(pathname) ? 'composer' : pathname;

/** Whether someone with these rights may open a page; any signed-in user has "signed_in". */
export const mayOpen = (route: { right: string }, rights: readonly string[]): boolean =>
  route.right === 'signed_in' || rights.includes(route.right);

/** The navigation entry a path belongs to: the longest one that it starts with. */
export function navOf(pathname: string): NavName | undefined {
  const places = pageRoutes.flatMap(({ path, nav }) =>
    nav ? [{ base: path.replace('/:tab?', ''), name: nav.name }] : [],
  );
  const fits = places.filter(
    ({ base }) => pathname === base || (base !== '/' && pathname.startsWith(`${base}/`)),
  );
  return fits.sort((a, b) => b.base.length - a.base.length)[0]?.name;
}
