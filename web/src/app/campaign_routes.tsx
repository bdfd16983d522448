// The pages of campaigns.
import { SendOutlined } from '@ant-design/icons';
import { lazy } from 'react';
import type { PageRoute } from './routes';

const ComposerPage = lazy(() => import('@/features/campaigns/ComposerPage'));

export const campaignRoutes: readonly PageRoute[] = [
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
];
