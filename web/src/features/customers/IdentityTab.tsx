import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { CustomerIdentity, IdentitySide } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { LongText } from '@/shared/LongText';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { MergeForm } from './MergeForm';
import { useFileChange } from './use_file_change';

type Pair = { a: IdentitySide; b: IdentitySide };

function Bonds({ bonds }: { bonds: CustomerIdentity['bonds'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const mayWrite = useRight('customers.write');
  const separate = useFileChange((pair: Pair) =>
    must(api.POST('/v1/identity/decisions', { body: { ...pair, merged: false } })),
  );
  if (bonds.length === 0) return <p className="quiet">{t('identity.bonds_none')}</p>;
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>{t('identity.one')}</th>
          <th>{t('identity.other')}</th>
          <th>{t('identity.means')}</th>
          <th>{t('identity.at')}</th>
          {mayWrite ? <td /> : null}
        </tr>
      </thead>
      <tbody>
        {bonds.map(({ one, other, means, at }, i) => (
          <tr key={i}>
            <td>
              <LongText text={one.value} />
            </td>
            <td>
              <LongText text={other.value} />
            </td>
            <td>{word('bond', means)}</td>
            <td className="quiet nowrap">{format.dateTime(at)}</td>
            {mayWrite ? (
              <td>
                <Popconfirm
                  title={t('identity.undo_ask', { one: one.value, other: other.value })}
                  description={t('identity.undo_what')}
                  okText={t('identity.undo')}
                  cancelText={t('do.keep')}
                  onConfirm={() => separate.mutate({ a: one, b: other })}
                >
                  <Button size="small" loading={separate.isPending}>
                    {t('identity.undo')}
                  </Button>
                </Popconfirm>
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Who this customer is made of and why; joining another, and undoing. */
export function IdentityTab({ id }: { id: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const mayWrite = useRight('customers.write');
  const query = useQuery({
    queryKey: ['identity', 'customer', id],
    queryFn: () =>
      must(api.GET('/v1/customers/{person_id}/identity', { params: { path: { person_id: id } } })),
  });
  return (
    <Loaded query={query}>
      {({ bonds, identifiers, log }) => (
        <div className="stack">
          <Section title={t('identity.bonds')}>
            <Bonds bonds={bonds} />
          </Section>
          <Section title={t('identity.identifiers')}>
            {identifiers.length === 0 ? (
              <p className="quiet">{t('identity.identifiers_none')}</p>
            ) : null}
            <dl className="facts">
              {identifiers.map(({ kind, value }) => (
                <div key={kind + value} style={{ display: 'contents' }}>
                  <dt>{word('identity', kind)}</dt>
                  <dd>
                    <LongText text={value} />
                  </dd>
                </div>
              ))}
            </dl>
          </Section>
          {mayWrite ? <MergeForm id={id} /> : null}
          <Section title={t('identity.log')}>
            {log.length === 0 ? <p className="quiet">{t('identity.log_none')}</p> : null}
            <table className="plain">
              <tbody>
                {log.map((one) => (
                  <tr key={one.id}>
                    <td>
                      <LongText text={one.identity.value} />
                    </td>
                    <td>
                      {one.into === id
                        ? t('identity.log_into', { into: one.into })
                        : t('identity.log_from', { from: one.from })}
                    </td>
                    <td>{word('bond', one.reason)}</td>
                    <td className="quiet nowrap">{format.dateTime(one.at)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Section>
        </div>
      )}
    </Loaded>
  );
}
