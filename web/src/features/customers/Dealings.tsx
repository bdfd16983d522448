import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { Messages } from './Messages';
import { Orders } from './Orders';
import { Points } from './Points';

/** Right of the file: what the customer bought, has in points, and was sent. */
export function Dealings({ id }: { id: number }) {
  const { t } = useTranslation();
  const address = useAddress();
  const mayPoints = useRight('loyalty.read');
  return (
    <Tabs
      activeKey={address.text('side') || 'orders'}
      onChange={(side) => address.change({ side: side === 'orders' ? null : side })}
      destroyOnHidden
      items={[
        { key: 'orders', label: t('customer.orders'), children: <Orders id={id} /> },
        ...(mayPoints
          ? [{ key: 'points', label: t('customer.points'), children: <Points id={id} /> }]
          : []),
        { key: 'messages', label: t('customer.tab_messages'), children: <Messages id={id} /> },
      ]}
    />
  );
}
