import { PlusOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Modal, Popconfirm, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Key } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { SecretOnce } from '@/shared/SecretOnce';
import { NewKeyForm } from './NewKeyForm';

function KeysTable({ keys }: { keys: Key[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const client = useQueryClient();
  const { message } = App.useApp();
  const revoke = useMutation({
    mutationFn: (id: string) => must(api.DELETE('/v1/keys/{id}', { params: { path: { id } } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['keys'] }),
    onError: (error) => message.error(error.message),
  });
  const columns: TableColumnsType<Key> = [
    { title: t('settings.key_name'), dataIndex: 'name', key: 'name' },
    { title: t('settings.key_kind'), key: 'kind', render: (_, key) => word('key_kind', key.kind) },
    {
      title: t('settings.key_for'),
      key: 'for',
      render: (_, key) => key.source || word('role', key.role),
    },
    {
      title: t('settings.key_prefix'),
      key: 'prefix',
      render: (_, key) => <code>{key.prefix}…</code>,
    },
    {
      title: t('settings.created'),
      key: 'created',
      className: 'num',
      render: (_, key) => format.dateTime(key.created_at),
    },
    {
      title: t('settings.last_used'),
      key: 'used',
      className: 'num',
      render: (_, key) => format.dateTime(key.last_used_at),
    },
    {
      title: '',
      key: 'do',
      className: 'num',
      render: (_, key) =>
        key.revoked ? (
          <span className="quiet">{t('settings.revoked')}</span>
        ) : (
          <Popconfirm
            title={t('settings.revoke_ask', { name: key.name })}
            description={t('settings.revoke_what')}
            okText={t('settings.revoke')}
            cancelText={t('do.keep')}
            onConfirm={() => revoke.mutate(key.id)}
          >
            <Button size="small" type="link" danger>
              {t('settings.revoke')}
            </Button>
          </Popconfirm>
        ),
    },
  ];
  return (
    <Table<Key>
      size="small"
      rowKey="id"
      columns={columns}
      dataSource={keys}
      pagination={false}
      scroll={{ x: 'max-content' }}
      rowClassName={(key) => (key.revoked ? 'quiet' : '')}
    />
  );
}

export default function KeysTab() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState('');
  const query = useQuery({ queryKey: ['keys'], queryFn: () => must(api.GET('/v1/keys')) });
  return (
    <div className="stack">
      <div className="row">
        <span className="quiet grow">{t('settings.keys_hint')}</span>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
          {t('settings.new_key')}
        </Button>
      </div>
      <Loaded query={query}>{({ keys }) => <KeysTable keys={keys} />}</Loaded>
      <Modal
        open={adding}
        title={t('settings.new_key')}
        footer={null}
        destroyOnHidden
        onCancel={() => setAdding(false)}
      >
        <NewKeyForm
          done={(made) => {
            setAdding(false);
            setSecret(made.secret);
            void client.invalidateQueries({ queryKey: ['keys'] });
          }}
        />
      </Modal>
      <Modal
        open={secret !== ''}
        title={t('settings.secret_title')}
        footer={null}
        onCancel={() => setSecret('')}
      >
        <SecretOnce text={secret} hint={t('settings.secret_hint')} />
      </Modal>
    </div>
  );
}
