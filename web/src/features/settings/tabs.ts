// The tabs of the settings and the right each needs.
import { lazy } from 'react';

export const kTabs = [
  { key: 'workspace', right: 'signed_in', page: lazy(() => import('./WorkspaceTab')) },
  { key: 'users', right: 'users.write', page: lazy(() => import('./UsersTab')) },
  { key: 'keys', right: 'keys.write', page: lazy(() => import('./KeysTab')) },
  { key: 'webhooks', right: 'settings.write', page: lazy(() => import('./WebhooksTab')) },
  { key: 'email', right: 'signed_in', page: lazy(() => import('./EmailTab')) },
  { key: 'data', right: 'events.read', page: lazy(() => import('./DataTab')) },
  { key: 'privacy', right: 'settings.write', page: lazy(() => import('./PrivacyTab')) },
  { key: 'audit', right: 'audit.read', page: lazy(() => import('./AuditTab')) },
  { key: 'health', right: 'stats.read', page: lazy(() => import('./HealthTab')) },
] as const;
