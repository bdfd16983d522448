// The pages of value: where customers stand, what they are worth, who leaves, what is to come.
import {
  AppstoreOutlined,
  DollarOutlined,
  HeartOutlined,
  IdcardOutlined,
  LikeOutlined,
  NodeIndexOutlined,
  StockOutlined,
  WarningOutlined,
} from '@ant-design/icons';
import { lazy } from 'react';
import type { PageRoute } from './routes';

export const valueRoutes: readonly PageRoute[] = [
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
    path: '/portrait',
    right: 'insights.read',
    page: lazy(() => import('@/features/portrait/PortraitPage')),
    nav: { group: 'understand', name: 'portrait', icon: <IdcardOutlined /> },
  },
  {
    path: '/value/clv',
    right: 'insights.read',
    page: lazy(() => import('@/features/value/ClvPage')),
    nav: { group: 'understand', name: 'value', icon: <DollarOutlined /> },
  },
  {
    path: '/value/risk',
    right: 'insights.read',
    page: lazy(() => import('@/features/value/RiskPage')),
    nav: { group: 'understand', name: 'risk', icon: <WarningOutlined /> },
  },
  {
    path: '/value/health',
    right: 'insights.read',
    page: lazy(() => import('@/features/value/HealthPage')),
    nav: { group: 'understand', name: 'health', icon: <HeartOutlined /> },
  },
  {
    path: '/value/recommendations',
    right: 'insights.read',
    page: lazy(() => import('@/features/value/RecommendationsPage')),
    nav: { group: 'understand', name: 'recommendations', icon: <LikeOutlined /> },
  },
  {
    path: '/value/forecast',
    right: 'insights.read',
    page: lazy(() => import('@/features/value/ForecastPage')),
    nav: { group: 'understand', name: 'forecast', icon: <StockOutlined /> },
  },
];
