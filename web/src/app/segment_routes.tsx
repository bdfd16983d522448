// The pages of segments.
import { FilterOutlined } from '@ant-design/icons';
import { lazy } from 'react';
import type { PageRoute } from './routes';

export const segmentRoutes: readonly PageRoute[] = [
  {
    path: '/segments',
    right: 'segments.read',
    page: lazy(() => import('@/features/segments/SegmentsPage')),
    nav: { group: 'know', name: 'segments', icon: <FilterOutlined /> },
  },
  {
    path: '/segments/new',
    right: 'segments.write',
    page: lazy(() => import('@/features/segments/EditPage')),
  },
  {
    path: '/segments/:id',
    right: 'segments.read',
    page: lazy(() => import('@/features/segments/SegmentPage')),
  },
  {
    path: '/segments/:id/edit',
    right: 'segments.write',
    page: lazy(() => import('@/features/segments/EditPage')),
  },
];
