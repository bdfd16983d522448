// Pages of customers.
import { TeamOutlined } from '@ant-design/icons';
import { lazy } from 'react';
import type { PageRoute } from './routes';

export const customerRoutes: readonly PageRoute[] = [
  {
    path: '/customers',
    right: 'customers.read',
    page: lazy(() => import('@/features/customers/CustomersPage')),
    nav: { group: 'know', name: 'customers', icon: <TeamOutlined /> },
  },
  {
    path: '/customers/review',
    right: 'customers.read',
    page: lazy(() => import('@/features/customers/ReviewPage')),
  },
  {
    path: '/customers/:id',
    right: 'customers.read',
    page: lazy(() => import('@/features/customers/CustomerPage')),
  },
];
