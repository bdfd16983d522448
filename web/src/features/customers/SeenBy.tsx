import { useTranslation } from 'react-i18next';
import { AuditList } from '@/shared/AuditList';

/** Who looked at this customer, alone or on a list. */
export function SeenBy({ id }: { id: number }) {
  const { t } = useTranslation();
  return (
    <div className="stack">
      <p className="quiet">{t('customer.seen_lead')}</p>
      <AuditList ask={{ customer: id }} none={t('customer.seen_none')} />
    </div>
  );
}
