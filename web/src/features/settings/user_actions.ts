import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Role } from '@/api/types';

/** The address that a one-time link stands for. */
export const fullLink = (path: string): string => new URL(path, window.location.origin).toString();

/** Changing a user, and making a new one-time link, which `shown` gets. */
export function useUserActions(shown: (link: string) => void) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const { t } = useTranslation();
  const fail = (error: Error) => void message.error(error.message);
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: string; role?: Role; disabled?: boolean }) =>
      must(api.PATCH('/v1/users/{id}', { params: { path: { id } }, body })),
    onSuccess: () => {
      void message.success(t('settings.saved'));
      void client.invalidateQueries({ queryKey: ['users'] });
    },
    onError: fail,
  });
  const link = useMutation({
    mutationFn: (id: string) => must(api.POST('/v1/users/{id}/link', { params: { path: { id } } })),
    onSuccess: (made) => shown(fullLink(made.link)),
    onError: fail,
  });
  return { change, link };
}
