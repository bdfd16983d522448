import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api, must } from '@/api/client';
import type { Campaign } from '@/api/types';

export function DeleteDraft({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { message } = App.useApp();
  const remove = useMutation({
    mutationFn: () =>
      must(api.DELETE('/v1/campaigns/{id}', { params: { path: { id: campaign.id } } })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      void navigate('/campaigns');
    },
    onError: (error) => message.error(error.message),
  });
  return (
    <Popconfirm
      title={t('campaign.delete_ask', { name: campaign.name })}
      okText={t('do.delete')}
      cancelText={t('do.keep')}
      onConfirm={() => remove.mutate()}
    >
      <Button danger loading={remove.isPending}>
        {t('do.delete')}
      </Button>
    </Popconfirm>
  );
}
