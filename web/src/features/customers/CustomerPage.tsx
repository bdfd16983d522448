import { SendOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { api, must } from '@/api/client';
import type { CustomerFile } from '@/api/types';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { Dealings } from './Dealings';
import { FileActions } from './FileActions';
import { FileTabs } from './FileTabs';
import { Recommended } from './Recommended';
import { Who } from './Who';

/** What to do next with this customer, and why. */
function NextAction({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('campaigns.write');
  const { stage, revenue_minor: revenue } = file.customer;
  const recall = stage === 'silent' || stage === 'churned';
  const reachable = file.email_consent !== 'unsubscribed' && file.customer.email !== '';
  const advice = recall
    ? reachable
      ? t('customer.next_recall', { revenue: format.money(revenue, { whole: true }) })
      : t('customer.next_unreachable')
    : t(`customer.next_${stage}`);
  return (
    <section className="notice" style={{ marginBottom: 20 }}>
      <h3>{t('customer.next')}</h3>
      <p style={{ margin: '4px 0 0' }}>{advice}</p>
      {recall && reachable && mayWrite ? (
        <LinkButton
          size="small"
          icon={<SendOutlined />}
          to={`/campaigns/new?stages=${stage}`}
          style={{ marginTop: 10 }}
        >
          {t('customer.next_recall_do')}
        </LinkButton>
      ) : null}
    </section>
  );
}

/** A name, or what stands for it. */
function nameOf({ customer }: CustomerFile, erased: string, visitor: string): string {
  if (customer.user_id.startsWith('erased:')) return erased;
  return customer.name || customer.user_id || visitor;
}

export default function CustomerPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const id = Number(useParams().id);
  const query = useQuery({
    queryKey: ['customer', id],
    queryFn: () =>
      must(api.GET('/v1/customers/{person_id}', { params: { path: { person_id: id } } })),
  });
  return (
    <Loaded query={query} rows={12} title={t('nav.customers')}>
      {(file) => (
        <>
          <PageHead
            title={nameOf(file, t('privacy.erased_person'), t('customer.visitor', { id }))}
            lead={t('page.zone', { zone: format.zone })}
          >
            <FileActions file={file} />
          </PageHead>
          <div className="customer">
            <Who file={file} />
            <FileTabs file={file} />
            <div>
              <NextAction file={file} />
              <Dealings id={id} />
              <Recommended id={id} />
            </div>
          </div>
        </>
      )}
    </Loaded>
  );
}
