import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { ErasureReceipt } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';

const asFile = (receipt: ErasureReceipt) =>
  `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(receipt, null, 2))}`;

const sum = (parts: ErasureReceipt['removed']) =>
  parts.reduce((total, { count }) => total + count, 0);

/** Receipts of people who were erased, newest first. */
export function Erasures() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({
    queryKey: ['erasures'],
    queryFn: () => must(api.GET('/v1/privacy/erasures')),
  });
  return (
    <Section title={t('privacy.erasures')}>
      <p className="quiet">{t('privacy.erasures_lead')}</p>
      <Loaded query={query}>
        {({ erasures }) =>
          erasures.length === 0 ? (
            <p className="quiet">{t('privacy.erasures_none')}</p>
          ) : (
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('privacy.at')}</th>
                  <th>{t('privacy.number')}</th>
                  <th className="num">{t('privacy.events')}</th>
                  <th className="num">{t('privacy.removed')}</th>
                  <th>{t('privacy.kept')}</th>
                  <th>{t('privacy.receipt')}</th>
                </tr>
              </thead>
              <tbody>
                {erasures.map((one) => (
                  <tr key={one.id}>
                    <td className="nowrap">{format.dateTime(one.at)}</td>
                    <td>{one.person_id}</td>
                    <td className="num">{format.count(one.events)}</td>
                    <td className="num">{format.count(sum(one.removed))}</td>
                    <td>
                      {one.kept
                        .filter(({ count }) => count > 0)
                        .map(({ store, count }) => `${store} ${format.count(count)}`)
                        .join(' · ')}
                    </td>
                    <td>
                      <a href={asFile(one)} download={`${one.id}.json`}>
                        {t('privacy.download')}
                      </a>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Section>
  );
}
