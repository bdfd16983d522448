import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CustomerFile } from '@/api/types';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { Consents } from './Consents';
import { Files } from './Files';
import { IdentityTab } from './IdentityTab';
import { Notes } from './Notes';
import { SeenBy } from './SeenBy';
import { Timeline } from './Timeline';
import { Traits } from './Traits';

// So narrow that all tabs stand in sight in the column: what does not fit hides behind a menu.
const kGutter = 14;

/** Middle of the file: what happened, and what is known. */
export function FileTabs({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const address = useAddress();
  const id = file.customer.id;
  const mayAudit = useRight('audit.read');
  return (
    <Tabs
      activeKey={address.text('tab') || 'timeline'}
      onChange={(tab) => address.change({ tab: tab === 'timeline' ? null : tab })}
      destroyOnHidden
      tabBarGutter={kGutter}
      items={[
        {
          key: 'timeline',
          label: t('customer.tab_timeline'),
          children: <Timeline id={id} currency={file.currency} />,
        },
        { key: 'notes', label: t('customer.tab_notes'), children: <Notes id={id} /> },
        { key: 'files', label: t('customer.tab_files'), children: <Files id={id} /> },
        { key: 'traits', label: t('customer.tab_traits'), children: <Traits file={file} /> },
        { key: 'consents', label: t('customer.tab_consents'), children: <Consents id={id} /> },
        { key: 'identity', label: t('customer.tab_identity'), children: <IdentityTab id={id} /> },
        ...(mayAudit
          ? [{ key: 'seen', label: t('customer.tab_seen'), children: <SeenBy id={id} /> }]
          : []),
      ]}
    />
  );
}
