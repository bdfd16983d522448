import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useSegments } from '@/shared/use_segments';
import { LeavingPeriods } from './LeavingPeriods';
import { LeavingSettingsForm } from './LeavingSettingsForm';
import { LeavingTable } from './LeavingTable';

/** Why customers left, month by month, of everybody or of a segment. */
export function LeavingReasons() {
  const { t } = useTranslation();
  const format = useFormat();
  const address = useAddress();
  const segments = useSegments();
  const among = address.text('among');
  const query = useQuery({
    queryKey: ['leaving', among],
    queryFn: () =>
      must(api.GET('/v1/value/leaving', { params: { query: among ? { among } : {} } })),
  });
  return (
    <>
      {segments.data?.segments.length ? (
        <Select
          aria-label={t('leaving.among')}
          style={{ width: 280, marginBottom: 12 }}
          value={among}
          onChange={(next) => address.change({ among: next })}
          options={[
            { value: '', label: t('leaving.everybody') },
            ...segments.data.segments.map(({ id, name }) => ({
              value: `segment:${id}`,
              label: name,
            })),
          ]}
        />
      ) : null}
      <Loaded query={query} rows={12}>
        {(leaving) => (
          <>
            <Section title={t('leaving.tab')}>
              {leaving.total === 0 ? (
                <Empty title={t('leaving.nobody')} hint={t('leaving.nobody_hint')} />
              ) : (
                <>
                  <p className="quiet">
                    {t('leaving.how', {
                      days: leaving.horizon_days,
                      total: format.count(leaving.total),
                      explained: format.count(leaving.explained),
                    })}
                  </p>
                  {leaving.explained === 0 ? (
                    <p className="notice">
                      {t('leaving.none')}. {t('leaving.none_hint')}
                    </p>
                  ) : null}
                  <LeavingTable leaving={leaving} />
                </>
              )}
            </Section>
            {leaving.total > 0 ? (
              <Section title={t('leaving.periods')}>
                <p className="quiet">{t('leaving.periods_how')}</p>
                <LeavingPeriods leaving={leaving} />
              </Section>
            ) : null}
            <Section title={t('leaving.settings')}>
              <LeavingSettingsForm settings={leaving.settings} />
            </Section>
          </>
        )}
      </Loaded>
    </>
  );
}
