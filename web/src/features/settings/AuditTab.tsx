import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { AuditList } from '@/shared/AuditList';
import { useAddress } from '@/shared/use_address';

const kViews = 'customers.';

/** Who changed what, and who saw which customers, newest first. */
export default function AuditTab() {
  const { t } = useTranslation();
  const address = useAddress();
  const action = address.text('action');
  return (
    <div className="stack">
      <Select
        aria-label={t('audit.filter')}
        style={{ width: 280 }}
        value={action === kViews ? kViews : ''}
        onChange={(next) => address.change({ action: next || null })}
        options={[
          { value: '', label: t('audit.filter_all') },
          { value: kViews, label: t('audit.filter_views') },
        ]}
      />
      <AuditList ask={action === kViews ? { action: kViews } : {}} />
    </div>
  );
}
