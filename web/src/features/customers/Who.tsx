import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CustomerFile } from '@/api/types';
import { LongText } from '@/shared/LongText';
import { Mark, type MarkKind } from '@/shared/Mark';
import { customersPath } from '@/shared/set_words';
import { Stage } from '@/shared/Stage';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { useStageReason } from './stage_reason';
import { GrowthOf } from './GrowthOf';
import { HealthOf } from './HealthOf';
import { LevelsOf } from './LevelsOf';
import { kOwner, OwnerOf } from './OwnerOf';
import { TagsOf } from './TagsOf';
import { ChurnRisk, LifetimeValue } from './Worth';

const kConsentMarks: Record<string, MarkKind> = { unsubscribed: 'bad', subscribed: 'good' };

const show = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** Left of the file: who it is. */
export function Who({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const reason = useStageReason();
  const { customer, rfm } = file;
  const basics: [string, string][] = [
    [t('customer.user_id'), customer.user_id],
    [t('customer.email'), customer.email],
    [t('customer.phone'), customer.phone],
    [t('customer.country'), customer.country],
  ];
  // Traits that only repeat what stands above are left out.
  const said = new Set(basics.map(([, value]) => value).concat(customer.name));
  const traits = Object.entries(file.traits as Record<string, unknown>).filter(
    ([name, value]) =>
      name !== kOwner && value !== null && value !== '' && !said.has(String(value)),
  );
  return (
    <div className="stack">
      <section>
        <div style={{ fontSize: 16 }}>
          <Stage stage={customer.stage} />
        </div>
        <p className="quiet" style={{ margin: '4px 0 0' }}>
          {reason(file.stage_reason)}
        </p>
        <GrowthOf file={file} />
        <TagsOf file={file} />
      </section>
      <dl className="facts">
        <OwnerOf file={file} />
        <LevelsOf id={customer.id} />
        <dt>{t('customer.revenue')}</dt>
        <dd>
          <b>{format.money(customer.revenue_minor, { currency: file.currency })}</b>
        </dd>
        <dt>{t('customer.orders')}</dt>
        <dd>
          {t('customer.orders_refunds', {
            orders: format.count(customer.orders),
            refunds: format.count(customer.refunds),
          })}
        </dd>
        <dt>{t('customer.first_order')}</dt>
        <dd>{format.day(customer.first_order_at)}</dd>
        <dt>{t('customer.last_order')}</dt>
        <dd>{format.day(customer.last_order_at)}</dd>
        {rfm?.recency ? (
          <>
            <dt>{t('customer.rfm')}</dt>
            <dd>
              <Link to={customersPath(`rfm:${rfm.recency}-${rfm.frequency}-${rfm.monetary}`)}>
                {rfm.recency}-{rfm.frequency}-{rfm.monetary}
              </Link>{' '}
              {rfm.cell ? (
                <Link to={customersPath(`cell:${rfm.cell}`)}>{word('cell', rfm.cell)}</Link>
              ) : null}
            </dd>
          </>
        ) : null}
        <LifetimeValue file={file} />
        <ChurnRisk file={file} />
        <HealthOf file={file} />
        <dt>{t('customer.email_consent')}</dt>
        <dd>
          <Mark kind={kConsentMarks[file.email_consent] ?? 'neutral'}>
            {word('consent', file.email_consent)}
          </Mark>
        </dd>
      </dl>
      <section>
        <h2 style={{ marginBottom: 6 }}>{t('customer.basics')}</h2>
        <dl className="facts">
          {basics.map(([name, value]) =>
            value ? <Fact key={name} name={name} value={value} /> : null,
          )}
          <Fact name={t('customer.first_seen')} value={format.day(customer.first_seen_at)} />
          <Fact name={t('customer.last_seen')} value={format.day(customer.last_seen_at)} />
          {traits.map(([name, value]) => (
            <Fact key={name} name={name} value={show(value)} />
          ))}
        </dl>
      </section>
      <section>
        <h2 style={{ marginBottom: 6 }}>{t('customer.identities')}</h2>
        <dl className="facts">
          {file.identities.map(({ kind, value }) => (
            <Fact key={kind + value} name={word('identity', kind)} value={value} />
          ))}
        </dl>
      </section>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <LongText text={value} />
      </dd>
    </>
  );
}
