import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, Select, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { PreferenceSettings } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';

const kChannels = ['email', 'sms', 'wechat', 'push', 'phone', 'post'];
const kWord = /^[a-z0-9_-]{1,40}$/;

/** One topic: its word, and its title in each language. */
function TopicRow({ name, remove }: { name: number; remove: () => void }) {
  const { t } = useTranslation();
  return (
    <Space align="start" wrap>
      <Form.Item
        name={[name, 'key']}
        label={t('privacy.preferences_topic')}
        rules={[{ required: true, pattern: kWord }]}
      >
        <Input maxLength={40} />
      </Form.Item>
      {(['zh', 'en'] as const).map((language) => (
        <Form.Item
          key={language}
          name={[name, language]}
          label={t(`privacy.preferences_${language}`)}
          rules={[{ required: true }]}
        >
          <Input maxLength={60} />
        </Form.Item>
      ))}
      <Form.Item label={' '} colon={false}>
        <Button onClick={remove}>{t('privacy.preferences_remove')}</Button>
      </Form.Item>
    </Space>
  );
}

/** What customers can choose on their own page. */
export function PreferencesForm() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const query = useQuery({
    queryKey: ['preferences'],
    queryFn: () => must(api.GET('/v1/privacy/preferences')),
  });
  const save = useMutation({
    mutationFn: (body: PreferenceSettings) => must(api.PUT('/v1/privacy/preferences', { body })),
    onSuccess: (next) => {
      client.setQueryData(['preferences'], next);
      void message.success(t('settings.saved'));
    },
  });
  return (
    <Section title={t('privacy.preferences')}>
      <p className="quiet">{t('privacy.preferences_lead')}</p>
      <Loaded query={query}>
        {(settings) => (
          <Form<PreferenceSettings>
            layout="vertical"
            requiredMark={false}
            initialValues={settings}
            onFinish={({ channels, topics }) => save.mutate({ channels, topics: topics ?? [] })}
          >
            <Form.Item
              name="channels"
              label={t('privacy.preferences_channels')}
              extra={t('privacy.preferences_channels_hint')}
              rules={[
                // Not "required": a select would say so on an element that has no role for it.
                { type: 'array', min: 1, message: t('privacy.preferences_channels_needed') },
              ]}
              style={{ maxWidth: 560 }}
            >
              <Select mode="tags" options={kChannels.map((value) => ({ value }))} />
            </Form.Item>
            <Form.List name="topics">
              {(fields, { add, remove }) => (
                <>
                  {fields.map((field) => (
                    <div key={field.key}>
                      <TopicRow name={field.name} remove={() => remove(field.name)} />
                    </div>
                  ))}
                  <p>
                    <Button onClick={() => add({})}>{t('privacy.preferences_add')}</Button>
                  </p>
                </>
              )}
            </Form.List>
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
