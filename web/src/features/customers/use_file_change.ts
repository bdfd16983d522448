import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import type { HandDecided } from '@/api/types';

/** Something said about customers: what shows them is read again once it counts. */
export function useFileChange<Input>(say: (input: Input) => Promise<HandDecided>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  return useMutation({
    mutationFn: say,
    onSuccess: ({ applied }) => {
      for (const key of ['customer', 'customers', 'timeline', 'orders', 'identity', 'desk'])
        void client.invalidateQueries({ queryKey: [key] });
      void message.success(applied ? t('identity.done') : t('identity.soon'));
    },
    onError: (error) => void message.error(error.message),
  });
}
