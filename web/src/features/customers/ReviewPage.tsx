import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { IdentityParty, IdentityReview } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { LongText } from '@/shared/LongText';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { Junk } from './Junk';
import { useFileChange } from './use_file_change';

function Party({ party }: { party: IdentityParty }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <td>
      <Link to={`/customers/${party.person_id}?tab=identity`}>{party.name || party.value}</Link>
      <div className="quiet small">
        {party.value} · {t('identity.orders', { n: format.count(party.orders) })}
      </div>
    </td>
  );
}

function Proposals({ proposals }: { proposals: IdentityReview['proposals'] }) {
  const { t } = useTranslation();
  const word = useWords();
  const mayWrite = useRight('customers.write');
  const decide = useFileChange(({ pair, merged }: { pair: number; merged: boolean }) => {
    const { a, b } = proposals[pair] as IdentityReview['proposals'][number];
    const side = ({ kind, value }: IdentityParty) => ({ kind, value });
    return must(api.POST('/v1/identity/decisions', { body: { a: side(a), b: side(b), merged } }));
  });
  return (
    <table className="plain">
      <thead>
        <tr>
          <th colSpan={2}>{t('nav.customers')}</th>
          <th>{t('identity.shares')}</th>
          {mayWrite ? <td /> : null}
        </tr>
      </thead>
      <tbody>
        {proposals.map((one, i) => (
          <tr key={`${one.a.value} ${one.b.value} ${one.kind} ${one.value}`}>
            <Party party={one.a} />
            <Party party={one.b} />
            <td>
              {word('identity', one.kind)} <LongText text={one.value} />
            </td>
            {mayWrite ? (
              <td className="nowrap">
                <Button
                  size="small"
                  disabled={decide.isPending}
                  onClick={() => decide.mutate({ pair: i, merged: true })}
                >
                  {t('identity.approve')}
                </Button>{' '}
                <Button
                  size="small"
                  disabled={decide.isPending}
                  onClick={() => decide.mutate({ pair: i, merged: false })}
                >
                  {t('identity.refuse')}
                </Button>
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Pairs that wait for a person, and values that join nobody. */
export default function ReviewPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const query = useQuery({
    queryKey: ['identity', 'review'],
    queryFn: () => must(api.GET('/v1/identity/review', { params: { query: { limit: 100 } } })),
  });
  return (
    <>
      <PageHead title={t('identity.review')} lead={t('identity.review_lead')} />
      <Loaded query={query}>
        {({ proposals, proposals_total: total, junk, shared, shared_above: above }) => (
          <div className="stack">
            {proposals.length === 0 ? (
              <Empty
                title={t('identity.proposals_none')}
                hint={t('identity.proposals_none_hint')}
              />
            ) : (
              <Section title={t('identity.proposals', { n: format.count(total) })}>
                <Proposals proposals={proposals} />
              </Section>
            )}
            <Section title={t('identity.junk')}>
              <Junk junk={junk} />
            </Section>
            <Section title={t('identity.shared', { n: format.count(above) })}>
              {shared.length === 0 ? <p className="quiet">{t('identity.shared_none')}</p> : null}
              <dl className="facts">
                {shared.map(({ kind, value, above: most }) => (
                  <div key={kind + value} style={{ display: 'contents' }}>
                    <dt>{word('identity', kind)}</dt>
                    <dd>
                      <LongText text={value} />{' '}
                      {kind === 'user_id' ? (
                        <span className="quiet small">
                          {t('identity.shared_devices', { n: format.count(most) })}
                        </span>
                      ) : null}
                    </dd>
                  </div>
                ))}
              </dl>
            </Section>
          </div>
        )}
      </Loaded>
    </>
  );
}
