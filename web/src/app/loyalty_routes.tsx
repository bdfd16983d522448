// The pages of points: programme, rules, levels, people, finance.
import { AccountBookOutlined, GiftOutlined } from '@ant-design/icons';
import { lazy } from 'react';
import type { PageRoute } from './routes';

export const loyaltyRoutes: readonly PageRoute[] = [
  {
    path: '/loyalty',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/LoyaltyPage')),
    nav: { group: 'act', name: 'loyalty', icon: <GiftOutlined /> },
  },
  {
    path: '/loyalty/finance',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/FinancePage')),
    nav: { group: 'act', name: 'loyalty_finance', icon: <AccountBookOutlined /> },
  },
  {
    path: '/loyalty/rules/:id',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/RulePage')),
  },
  {
    path: '/loyalty/levels',
    right: 'loyalty.write',
    page: lazy(() => import('@/features/loyalty/LevelsPage')),
  },
  {
    path: '/loyalty/people/:id',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/PersonPage')),
  },
];
