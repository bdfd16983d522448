// The pages of experiments and hold-outs.
import {
  AimOutlined,
  ExperimentOutlined,
  FilterOutlined,
  MoneyCollectOutlined,
  UserDeleteOutlined,
} from '@ant-design/icons';
import { lazy } from 'react';
import type { PageRoute } from './routes';

const ExperimentFormPage = lazy(() => import('@/features/proof/ExperimentFormPage'));

export const proofRoutes: readonly PageRoute[] = [
  {
    path: '/proof/experiments',
    right: 'campaigns.read',
    page: lazy(() => import('@/features/proof/ExperimentsPage')),
    nav: { group: 'prove', name: 'experiments', icon: <ExperimentOutlined /> },
  },
  {
    path: '/proof/experiments/new',
    right: 'campaigns.write',
    page: ExperimentFormPage,
  },
  {
    path: '/proof/experiments/:id/edit',
    right: 'campaigns.write',
    page: ExperimentFormPage,
  },
  {
    path: '/proof/experiments/:id',
    right: 'campaigns.read',
    page: lazy(() => import('@/features/proof/ExperimentPage')),
  },
  {
    path: '/proof/hold-outs',
    right: 'campaigns.read',
    page: lazy(() => import('@/features/proof/HoldOutsPage')),
    nav: { group: 'prove', name: 'hold_outs', icon: <UserDeleteOutlined /> },
  },
  {
    path: '/proof/hold-outs/:id',
    right: 'campaigns.read',
    page: lazy(() => import('@/features/proof/HoldOutPage')),
  },
  {
    path: '/proof/goals',
    right: 'campaigns.read',
    page: lazy(() => import('@/features/proof/GoalsPage')),
    nav: { group: 'prove', name: 'goals', icon: <AimOutlined /> },
  },
  {
    path: '/proof/returns',
    right: 'campaigns.read',
    page: lazy(() => import('@/features/proof/ReturnsPage')),
    nav: { group: 'prove', name: 'returns', icon: <MoneyCollectOutlined /> },
  },
  {
    path: '/proof/uplift',
    right: 'campaigns.read',
    page: lazy(() => import('@/features/proof/UpliftPage')),
    nav: { group: 'prove', name: 'uplift', icon: <FilterOutlined /> },
  },
];
