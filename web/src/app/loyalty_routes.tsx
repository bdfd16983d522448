// The pages of points: programme, rules, levels, rewards, coupons, referral, people, finance.
import {
  AccountBookOutlined,
  BookOutlined,
  GiftOutlined,
  IdcardOutlined,
  PercentageOutlined,
  ShareAltOutlined,
  ShopOutlined,
  TagsOutlined,
  TrophyOutlined,
} from '@ant-design/icons';
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
    path: '/loyalty/rewards',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/RewardsPage')),
    nav: { group: 'act', name: 'rewards', icon: <ShopOutlined /> },
  },
  {
    path: '/loyalty/coupons',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/CouponsPage')),
    nav: { group: 'act', name: 'coupons', icon: <TagsOutlined /> },
  },
  {
    path: '/loyalty/prices',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/PricesPage')),
    nav: { group: 'act', name: 'prices', icon: <PercentageOutlined /> },
  },
  {
    path: '/loyalty/gift-cards',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/GiftCardsPage')),
    nav: { group: 'act', name: 'gift_cards', icon: <IdcardOutlined /> },
  },
  {
    path: '/loyalty/draws',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/DrawsPage')),
    nav: { group: 'act', name: 'draws', icon: <TrophyOutlined /> },
  },
  {
    path: '/loyalty/referral',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/ReferralPage')),
    nav: { group: 'act', name: 'referral', icon: <ShareAltOutlined /> },
  },
  {
    path: '/loyalty/approvals',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/ApprovalsPage')),
  },
  {
    path: '/loyalty/finance',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/FinancePage')),
    nav: { group: 'act', name: 'loyalty_finance', icon: <AccountBookOutlined /> },
  },
  {
    path: '/loyalty/ledger',
    right: 'loyalty.read',
    page: lazy(() => import('@/features/loyalty/LedgerPage')),
    nav: { group: 'act', name: 'ledger', icon: <BookOutlined /> },
  },
  {
    path: '/loyalty/settings',
    right: 'loyalty.write',
    page: lazy(() => import('@/features/loyalty/ProgrammePage')),
  },
  {
    path: '/loyalty/rules/new',
    right: 'loyalty.write',
    page: lazy(() => import('@/features/loyalty/RulePage')),
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
