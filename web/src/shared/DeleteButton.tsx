import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

interface Props {
  /** Names what will be deleted. */
  ask: string;
  /** What goes with it, and what stays. */
  what?: string;
  remove: () => Promise<unknown>;
  /** The list that it stands in: its query, and its page, which is shown afterwards. */
  list: { query: string; path: string };
}

/** Deletes what the page shows; asks once. */
export function DeleteButton({ ask, what, remove, list }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { message } = App.useApp();
  const act = useMutation({
    mutationFn: remove,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: [list.query] });
      void navigate(list.path);
    },
    onError: (error) => message.error(error.message),
  });
  return (
    <Popconfirm
      title={ask}
      description={what}
      okText={t('do.delete')}
      cancelText={t('do.keep')}
      onConfirm={() => act.mutate()}
    >
      <Button danger loading={act.isPending}>
        {t('do.delete')}
      </Button>
    </Popconfirm>
  );
}
