import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Masking } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { useWords } from '@/shared/use_words';

const kRoles = ['operator', 'analyst'] as const;
const kFields = ['name', 'email', 'phone'];

/** Which fields of customers each role sees only in part. */
export function MaskingForm() {
  const { t } = useTranslation();
  const word = useWords();
  const client = useQueryClient();
  const { message } = App.useApp();
  const query = useQuery({
    queryKey: ['masking'],
    queryFn: () => must(api.GET('/v1/privacy/masking')),
  });
  const save = useMutation({
    mutationFn: (body: Masking) => must(api.PUT('/v1/privacy/masking', { body })),
    onSuccess: (next) => {
      client.setQueryData(['masking'], next);
      void message.success(t('settings.saved'));
    },
  });
  return (
    <Section title={t('privacy.masking')}>
      <p className="quiet">{t('privacy.masking_lead')}</p>
      <Loaded query={query}>
        {(masking) => (
          <Form<Masking>
            layout="vertical"
            requiredMark={false}
            initialValues={masking}
            onFinish={(next) => save.mutate(next)}
            style={{ maxWidth: 560 }}
          >
            {kRoles.map((role) => (
              <Form.Item
                key={role}
                name={role}
                label={word('role', role)}
                extra={t('privacy.masking_fields')}
              >
                <Select mode="tags" options={kFields.map((value) => ({ value }))} />
              </Form.Item>
            ))}
            {save.isError ? <ProblemView error={save.error} /> : null}
            <Button type="primary" htmlType="submit" loading={save.isPending}>
              {t('do.save')}
            </Button>
          </Form>
        )}
      </Loaded>
    </Section>
  );
}
