import { DeleteOutlined, SaveOutlined, SettingOutlined } from '@ant-design/icons';
import { Button, Checkbox, Form, Input, Popconfirm, Popover, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CustomerView } from '@/api/types';
import { useRight } from '@/shared/session';
import { ColumnsPick } from './ColumnsPick';
import type { ListQuery } from './query';
import type { Views } from './use_views';

function SaveView({ query, views, done }: { query: ListQuery; views: Views; done: () => void }) {
  const { t } = useTranslation();
  const mayShare = useRight('customers.write');
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  return (
    <Form
      layout="vertical"
      onFinish={() => views.save.mutate({ name, shared, query }, { onSuccess: done })}
    >
      <Form.Item label={t('customers.view_name')} htmlFor="view-name">
        <Input
          id="view-name"
          maxLength={30}
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
      </Form.Item>
      {mayShare ? (
        <Form.Item>
          <Checkbox checked={shared} onChange={({ target }) => setShared(target.checked)}>
            {t('customers.view_share')}
          </Checkbox>
        </Form.Item>
      ) : null}
      <Button
        type="primary"
        htmlType="submit"
        disabled={!name.trim()}
        loading={views.save.isPending}
      >
        {t('do.save')}
      </Button>
    </Form>
  );
}

/** Saved views, saving this one, and the choice of columns. */
export function ListTools({ query, views }: { query: ListQuery; views: Views }) {
  const { t } = useTranslation();
  const [saving, setSaving] = useState(false);
  const [picked, setPicked] = useState<CustomerView>();
  const named = (view: CustomerView) =>
    view.mine ? view.name : t('customers.view_shared', { name: view.name, owner: view.owner });
  return (
    <div className="filters">
      {views.views.length > 0 ? (
        <Select
          aria-label={t('customers.view_saved')}
          placeholder={t('customers.view_saved')}
          value={picked && views.views.some(({ id }) => id === picked.id) ? picked.id : undefined}
          style={{ width: 220 }}
          options={views.views.map((view) => ({ value: view.id, label: named(view) }))}
          onChange={(id) => {
            const view = views.views.find((one) => one.id === id);
            setPicked(view);
            if (view) views.open(view);
          }}
        />
      ) : null}
      {picked?.mine ? (
        <Popconfirm
          title={t('customers.view_delete', { name: picked.name })}
          okText={t('do.delete')}
          cancelText={t('do.keep')}
          onConfirm={() => {
            views.remove.mutate(picked);
            setPicked(undefined);
          }}
        >
          <Button
            aria-label={t('customers.view_delete', { name: picked.name })}
            icon={<DeleteOutlined />}
          />
        </Popconfirm>
      ) : null}
      <Popover
        trigger="click"
        open={saving}
        onOpenChange={setSaving}
        destroyOnHidden
        content={<SaveView query={query} views={views} done={() => setSaving(false)} />}
      >
        <Button icon={<SaveOutlined />}>{t('customers.view_save')}</Button>
      </Popover>
      <Popover
        trigger="click"
        title={t('customers.columns_hint')}
        content={<ColumnsPick views={views} />}
      >
        <Button icon={<SettingOutlined />}>{t('customers.columns')}</Button>
      </Popover>
    </div>
  );
}
