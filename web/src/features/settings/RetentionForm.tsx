import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, InputNumber, Select, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Retention, RetentionRules } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

const kTypes = ['track', 'page', 'screen'] as const;
const kMaxDays = 36_500;

/** When the pass runs next, and what the last one took. */
function Passes({ retention }: { retention: Retention }) {
  const { t } = useTranslation();
  const format = useFormat();
  const last = retention.last_run;
  return (
    <p className="quiet small">
      {t('privacy.retention_next', { at: format.dateTime(retention.next_run_at) })}
      {last?.at
        ? ` · ${t('privacy.retention_last', {
            at: format.dateTime(last.at),
            n: format.count(last.events ?? 0),
          })}`
        : null}
    </p>
  );
}

/** One line: an event and its days. */
function Rule({ name, remove }: { name: number; remove: () => void }) {
  const { t } = useTranslation();
  const word = useWords();
  return (
    <Space align="start" wrap>
      <Form.Item name={[name, 'type']} label={t('privacy.retention_type')} initialValue="track">
        <Select
          style={{ width: 140 }}
          options={kTypes.map((value) => ({ value, label: word('event_type', value) }))}
        />
      </Form.Item>
      <Form.Item
        name={[name, 'name']}
        label={t('privacy.retention_name')}
        rules={[{ required: true }]}
      >
        <Input maxLength={255} style={{ width: 240 }} />
      </Form.Item>
      <Form.Item
        name={[name, 'days']}
        label={t('privacy.retention_days')}
        rules={[{ required: true }]}
      >
        <InputNumber min={1} max={kMaxDays} precision={0} />
      </Form.Item>
      <Form.Item label={' '} colon={false}>
        <Button onClick={remove}>{t('privacy.retention_remove')}</Button>
      </Form.Item>
    </Space>
  );
}

/** How long events are kept, by name, with a count of what would go. */
export function RetentionForm() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [form] = Form.useForm<RetentionRules>();
  const query = useQuery({
    queryKey: ['retention'],
    queryFn: () => must(api.GET('/v1/privacy/retention')),
  });
  const save = useMutation({
    mutationFn: (body: RetentionRules) => must(api.PUT('/v1/privacy/retention', { body })),
    onSuccess: (next) => {
      client.setQueryData(['retention'], next);
      void message.success(t('settings.saved'));
    },
  });
  const count = useMutation({
    mutationFn: async () => {
      const body = await form.validateFields();
      return must(api.POST('/v1/privacy/retention/dry-run', { body: { rules: body.rules ?? [] } }));
    },
  });
  return (
    <Section title={t('privacy.retention')}>
      <p className="quiet">{t('privacy.retention_lead')}</p>
      <Loaded query={query}>
        {(retention) => (
          <Form<RetentionRules>
            form={form}
            layout="vertical"
            requiredMark={false}
            initialValues={{ rules: retention.rules }}
            onFinish={({ rules }) => save.mutate({ rules: rules ?? [] })}
          >
            <Form.List name="rules">
              {(fields, { add, remove }) => (
                <>
                  {fields.map((field) => (
                    <div key={field.key}>
                      <Rule name={field.name} remove={() => remove(field.name)} />
                    </div>
                  ))}
                  <p>
                    <Button onClick={() => add({})}>{t('privacy.retention_add')}</Button>
                  </p>
                </>
              )}
            </Form.List>
            <Passes retention={retention} />
            {save.isError ? <ProblemView error={save.error} /> : null}
            {count.isSuccess ? (
              <p role="status">{t('privacy.retention_count', { count: count.data.events })}</p>
            ) : null}
            <Space>
              <Button type="primary" htmlType="submit" loading={save.isPending}>
                {t('do.save')}
              </Button>
              <Button loading={count.isPending} onClick={() => count.mutate()}>
                {t('privacy.retention_try')}
              </Button>
            </Space>
          </Form>
        )}
      </Loaded>
    </Section>
  );
}
