import { useQuery } from '@tanstack/react-query';
import { Table, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { PrivacyErasure } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

const kLookEvery = 2000;
const isOpen = (one: PrivacyErasure) => one.state !== 'done';

/** Who was erased, by number, with the receipts. */
export function Erasures() {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const query = useQuery({
    queryKey: ['erasures'],
    queryFn: () => must(api.GET('/v1/privacy/erasures')),
    refetchInterval: ({ state }) => (state.data?.erasures.some(isOpen) ? kLookEvery : false),
  });
  const columns: TableColumnsType<PrivacyErasure> = [
    {
      title: t('privacy.erased_number'),
      key: 'person',
      render: (_, one) => format.count(one.person_id),
    },
    {
      title: t('privacy.erased_when'),
      key: 'asked',
      render: (_, one) => format.dateTime(one.requested_at),
    },
    {
      title: t('privacy.erased_finished'),
      key: 'finished',
      render: (_, one) => (one.finished_at ? format.dateTime(one.finished_at) : null),
    },
    {
      title: t('privacy.erased_state'),
      key: 'state',
      render: (_, one) => (
        <>
          {word('erasure_state', one.state)}
          {one.error ? <span className="quiet small"> · {one.error}</span> : null}
        </>
      ),
    },
    {
      title: t('privacy.receipt'),
      key: 'receipt',
      render: (_, one) =>
        isOpen(one) ? null : (
          <a
            href={`/v1/privacy/erasures/${one.id}/receipt`}
            download
            aria-label={t('privacy.receipt_of', { id: one.id })}
          >
            {t('privacy.receipt')}
          </a>
        ),
    },
  ];
  return (
    <Section title={t('privacy.erasures')}>
      <p className="quiet">{t('privacy.erasures_lead')}</p>
      <Loaded query={query}>
        {({ erasures }) => (
          <Table<PrivacyErasure>
            size="small"
            rowKey="id"
            columns={columns}
            dataSource={erasures}
            pagination={false}
            locale={{ emptyText: t('privacy.erasures_none') }}
          />
        )}
      </Loaded>
    </Section>
  );
}
