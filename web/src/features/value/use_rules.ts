// Rules of stages and cuts of RFM, and their change: what one form leaves alone stays as it is.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { ValueRules } from '@/api/value_types';

export function useRules() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const query = useQuery({
    queryKey: ['value_rules'],
    queryFn: () => must(api.GET('/v1/value/rules')),
  });
  const saving = useMutation({
    mutationFn: (change: ValueRules) =>
      must(api.PUT('/v1/value/rules', { body: { ...query.data, ...change } })),
    onSuccess: (next) => {
      client.setQueryData(['value_rules'], next);
      for (const key of ['stages', 'rfm']) void client.invalidateQueries({ queryKey: [key] });
      void message.success(t('rules.saved'));
    },
  });
  return { query, saving };
}
