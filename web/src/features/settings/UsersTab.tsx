import { PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Modal, Select, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Role, User } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { useSession } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { SecretOnce } from '@/shared/SecretOnce';
import { NewUserForm } from './NewUserForm';
import { fullLink, useUserActions } from './user_actions';

const kRoles: readonly Role[] = ['administrator', 'operator', 'analyst'];

function UsersTable({ users, shown }: { users: User[]; shown: (link: string) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const me = useSession().user?.id;
  const { change, link } = useUserActions(shown);
  const columns: TableColumnsType<User> = [
    {
      title: t('access.name'),
      key: 'name',
      render: (_, user) => user.name || <span className="quiet">{t('settings.not_claimed')}</span>,
    },
    { title: t('access.email'), dataIndex: 'email', key: 'email' },
    {
      title: t('settings.role'),
      key: 'role',
      render: (_, user) =>
        user.id === me ? (
          word('role', user.role)
        ) : (
          <Select
            size="small"
            aria-label={`${t('settings.role')} ${user.email}`}
            value={user.role}
            onChange={(role: Role) => change.mutate({ id: user.id, role })}
            options={kRoles.map((value) => ({ value, label: word('role', value) }))}
            style={{ width: 140 }}
          />
        ),
    },
    {
      title: t('settings.last_seen'),
      key: 'seen',
      className: 'num',
      render: (_, user) => format.dateTime(user.last_seen_at),
    },
    {
      title: '',
      key: 'do',
      className: 'num',
      render: (_, user) => (
        <>
          <Button size="small" type="link" onClick={() => link.mutate(user.id)}>
            {t('settings.new_link')}
          </Button>
          <Button
            size="small"
            type="link"
            danger={!user.disabled}
            disabled={user.id === me}
            onClick={() => change.mutate({ id: user.id, disabled: !user.disabled })}
          >
            {user.disabled ? t('settings.enable') : t('settings.disable')}
          </Button>
        </>
      ),
    },
  ];
  return (
    <Table<User>
      size="small"
      rowKey="id"
      columns={columns}
      dataSource={users}
      pagination={false}
      scroll={{ x: 'max-content' }}
      rowClassName={(user) => (user.disabled ? 'quiet' : '')}
    />
  );
}

export default function UsersTab() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [link, setLink] = useState('');
  const query = useQuery({ queryKey: ['users'], queryFn: () => must(api.GET('/v1/users')) });
  return (
    <div className="stack">
      <div className="row">
        <span className="quiet grow">{t('settings.users_hint')}</span>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
          {t('settings.new_user')}
        </Button>
      </div>
      <Loaded query={query}>{({ users }) => <UsersTable users={users} shown={setLink} />}</Loaded>
      <Modal
        open={adding}
        title={t('settings.new_user')}
        footer={null}
        destroyOnHidden
        onCancel={() => setAdding(false)}
      >
        <NewUserForm
          done={(made) => {
            setAdding(false);
            setLink(fullLink(made.link));
            void client.invalidateQueries({ queryKey: ['users'] });
          }}
        />
      </Modal>
      <Modal
        open={link !== ''}
        title={t('settings.link_title')}
        footer={null}
        onCancel={() => setLink('')}
      >
        <SecretOnce text={link} hint={t('settings.link_hint')} />
      </Modal>
    </div>
  );
}
