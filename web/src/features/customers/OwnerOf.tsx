import { EditOutlined } from '@ant-design/icons';
import { Button, Input, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { CustomerFile } from '@/api/types';
import { useRight } from '@/shared/session';
import { useFileChange } from './use_file_change';

// The trait that says who looks after a customer; lists of health are sorted by it.
export const kOwner = 'owner';
const kLongest = 200;

/** Who looks after this customer. What somebody else has changed meanwhile is not overwritten. */
export function OwnerOf({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const mayWrite = useRight('customers.write');
  const traits: Record<string, unknown> = file.traits;
  const owner = typeof traits[kOwner] === 'string' ? traits[kOwner] : '';
  const [draft, setDraft] = useState<string | null>(null);
  const save = useFileChange((name: string) =>
    must(
      api.PATCH('/v1/customers/{person_id}', {
        params: { path: { person_id: file.customer.id } },
        body: { version: file.version, traits: { [kOwner]: name.trim() || null } },
      }),
    ),
  );
  if (!owner && !mayWrite) return null;
  const put = () =>
    save.mutate(draft ?? '', {
      onSuccess: () => setDraft(null),
    });
  return (
    <>
      <dt>{t('customer.owner')}</dt>
      <dd>
        {draft === null ? (
          <>
            {owner || <span className="quiet">{t('customer.owner_none')}</span>}{' '}
            {mayWrite ? (
              <Button
                type="text"
                size="small"
                icon={<EditOutlined />}
                aria-label={t('customer.owner_edit')}
                onClick={() => setDraft(owner)}
              />
            ) : null}
          </>
        ) : (
          <Space.Compact size="small">
            <Input
              autoFocus
              aria-label={t('customer.owner')}
              maxLength={kLongest}
              value={draft}
              onChange={({ target }) => setDraft(target.value)}
              onPressEnter={put}
              onKeyDown={({ key }) => key === 'Escape' && setDraft(null)}
            />
            <Button type="primary" loading={save.isPending} onClick={put}>
              {t('do.save')}
            </Button>
          </Space.Compact>
        )}
      </dd>
    </>
  );
}
