// Every page of the console, the right it needs, and its place in the navigation.
import {
  BarChartOutlined,
  DashboardOutlined,
  FundOutlined,
  HeatMapOutlined,
  ImportOutlined,
  SettingOutlined,
} from '@ant-design/icons';
import { customerRoutes } from './customer_routes';
import { segmentRoutes } from './segment_routes';
import { lazy, type ComponentType, type LazyExoticComponent, type ReactNode } from 'react';
import { campaignRoutes } from './campaign_routes';
import { loyaltyRoutes } from './loyalty_routes';
import { proofRoutes } from './proof_routes';
import { valueRoutes } from './value_routes';

export type NavGroup = 'know' | 'understand' | 'act' | 'prove' | 'run';
export type NavName =
  | 'overview'
  | 'customers'
  | 'imports'
  | 'insights'
  | 'segments'
  | 'activity'
  | 'retention'
  | 'stages'
  | 'rfm'
  | 'value'
  | 'loyalty'
  | 'rewards'
  | 'referral'
  | 'gift_cards'
  | 'prices'
  | 'draws'
  | 'coupons'
  | 'loyalty_finance'
  | 'ledger'
  | 'risk'
  | 'health'
  | 'recommendations'
  | 'forecast'
  | 'portrait'
  | 'campaigns'
  | 'experiments'
  | 'hold_outs'
  | 'goals'
  | 'returns'
  | 'uplift'
  | 'settings';

export interface PageRoute {
  path: string;
  right: string;
  page: LazyExoticComponent<ComponentType>;
  nav?: { group: NavGroup; name: NavName; icon: ReactNode };
}

export const pageRoutes: readonly PageRoute[] = [
  {
    path: '/',
    right: 'insights.read',
    page: lazy(() => import('@/features/overview/OverviewPage')),
    nav: { group: 'know', name: 'overview', icon: <DashboardOutlined /> },
  },
  ...customerRoutes,
  ...segmentRoutes,
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
    path: '/insights',
    right: 'insights.read',
    page: lazy(() => import('@/features/insights/reports/InsightsPage')),
    nav: { group: 'understand', name: 'insights', icon: <FundOutlined /> },
  },
  {
    path: '/insights/ask/:analysis?',
    right: 'insights.read',
    page: lazy(() => import('@/features/insights/ask/AskPage')),
  },
  {
    path: '/insights/dashboards/:id',
    right: 'insights.read',
    page: lazy(() => import('@/features/insights/reports/DashboardPage')),
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
  ...valueRoutes,
  ...loyaltyRoutes,
  ...campaignRoutes,
  ...proofRoutes,
  {
    path: '/settings/:tab?',
    right: 'signed_in',
    page: lazy(() => import('@/features/settings/SettingsPage')),
    nav: { group: 'run', name: 'settings', icon: <SettingOutlined /> },
  },
];
