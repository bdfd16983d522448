import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, AutoComplete, Button, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Workspace } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { kSessionKey, useRight } from '@/shared/session';
import { kWeekStarts } from '@/shared/week_starts';
import { ZonedPicker } from '@/shared/ZonedPicker';

const kZones: string[] = Intl.supportedValuesOf?.('timeZone') ?? [];
const kCurrencies = ['CNY', 'USD', 'EUR', 'GBP', 'JPY', 'HKD', 'TWD', 'SGD'];

function WorkspaceForm({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const zones = [...new Set([workspace.zone, ...kZones])];
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayWrite = useRight('settings.write');
  const save = useMutation({
    mutationFn: (answer: Workspace) =>
      must(api.PUT('/v1/settings', { body: { ...answer, stands_on: answer.stands_on ?? null } })),
    onSuccess: (next) => {
      client.setQueryData(['settings'], next);
      // Zone, currency and clock change every figure.
      void client.invalidateQueries({ queryKey: kSessionKey });
      void client.invalidateQueries();
      void message.success(t('settings.saved'));
    },
  });
  return (
    <Form<Workspace>
      layout="vertical"
      style={{ maxWidth: 560 }}
      disabled={!mayWrite}
      requiredMark={false}
      initialValues={workspace}
      onFinish={(answer) => save.mutate(answer)}
    >
      <Form.Item
        name="name"
        label={t('settings.name')}
        rules={[{ required: true, message: t('settings.name_needed') }]}
      >
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="zone" label={t('settings.zone')} extra={t('settings.zone_hint')}>
        <Select showSearch options={zones.map((value) => ({ value }))} />
      </Form.Item>
      <Form.Item name="week_start" label={t('settings.week_start')}>
        <Select
          options={kWeekStarts.map((value) => ({
            value,
            label: t(`settings.${value}`),
          }))}
        />
      </Form.Item>
      <Form.Item
        name="currency"
        label={t('settings.currency')}
        rules={[{ pattern: /^[A-Z]{3}$/, message: t('settings.currency_rule') }]}
      >
        <AutoComplete options={kCurrencies.map((value) => ({ value }))} />
      </Form.Item>
      <Form.Item name="language" label={t('settings.language')} extra={t('settings.language_hint')}>
        <Select
          options={(['zh', 'en'] as const).map((value) => ({
            value,
            label: t(`settings.language_${value}`),
          }))}
        />
      </Form.Item>
      <Form.Item
        name="active_window_days"
        label={t('settings.active_window_days')}
        extra={t('settings.active_window_hint')}
      >
        <NumberInput min={1} max={730} addonAfter={t('unit.days_word')} />
      </Form.Item>
      <Form.Item
        name="public_address"
        label={t('settings.public_address')}
        extra={t('settings.public_address_hint')}
      >
        <Input inputMode="url" />
      </Form.Item>
      <Form.Item
        name="stands_on"
        label={t('settings.stands_on')}
        extra={t('settings.stands_on_hint', { zone: workspace.zone })}
      >
        <ZonedPicker placeholder={t('settings.real_time')} />
      </Form.Item>
      {save.isError ? <ProblemView error={save.error} /> : null}
      {mayWrite ? (
        <Button type="primary" htmlType="submit" loading={save.isPending} style={{ marginTop: 12 }}>
          {t('do.save')}
        </Button>
      ) : (
        <p className="quiet">{t('settings.read_only')}</p>
      )}
    </Form>
  );
}

export default function WorkspaceTab() {
  const query = useQuery({ queryKey: ['settings'], queryFn: () => must(api.GET('/v1/settings')) });
  return (
    <Loaded query={query}>
      {(workspace) => <WorkspaceForm key={JSON.stringify(workspace)} workspace={workspace} />}
    </Loaded>
  );
}
