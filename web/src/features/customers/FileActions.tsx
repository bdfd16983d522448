import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CustomerFile } from '@/api/types';
import { LinkButton } from '@/shared/LinkButton';
import { useRight } from '@/shared/session';

const EraseDialog = lazy(() =>
  import('./EraseDialog').then(({ EraseDialog: page }) => ({ default: page })),
);
const kErased = 'erased:';

/** What may be done with a whole customer file: its points, its export, its end. */
export function FileActions({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const [erasing, setErasing] = useState(false);
  const mayPoints = useRight('loyalty.read');
  const mayExport = useRight('customers.export');
  const mayErase = useRight('privacy.erase') && !file.customer.user_id.startsWith(kErased);
  const { id } = file.customer;
  return (
    <>
      {mayPoints ? (
        <LinkButton to={`/loyalty/people/${id}`}>{t('customer.points')}</LinkButton>
      ) : null}
      {mayExport ? (
        <>
          <Button href={`/v1/customers/${id}/export?format=html`} download>
            {t('customer.export_html')}
          </Button>
          <Button href={`/v1/customers/${id}/export`} download>
            {t('customer.export_json')}
          </Button>
        </>
      ) : null}
      {mayErase ? (
        <Button danger onClick={() => setErasing(true)}>
          {t('privacy.erase')}
        </Button>
      ) : null}
      {erasing ? (
        <Suspense fallback={null}>
          <EraseDialog file={file} close={() => setErasing(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
