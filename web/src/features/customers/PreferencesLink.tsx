import { LinkOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { copyText } from '@/shared/copy_text';
import { ProblemView } from '@/shared/ProblemView';

/** Copies the address under which a customer chooses what may be sent. */
export function PreferencesLink({ id }: { id: number }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const copy = useMutation({
    mutationFn: () =>
      must(
        api.GET('/v1/customers/{person_id}/preferences-link', {
          params: { path: { person_id: id } },
        }),
      ),
    onSuccess: async ({ url }) => {
      try {
        await copyText(url);
        void message.success(t('do.copied'));
      } catch {
        void message.info(url, 20);
      }
    },
  });
  return (
    <div>
      <Button icon={<LinkOutlined />} loading={copy.isPending} onClick={() => copy.mutate()}>
        {t('customer.preferences_link')}
      </Button>
      {copy.isError ? <ProblemView error={copy.error} /> : null}
    </div>
  );
}
