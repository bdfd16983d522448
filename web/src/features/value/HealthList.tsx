import { Select, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { HealthLight, HealthScores } from '@/api/value_types';
import { Light } from '@/shared/Light';
import { Section } from '@/shared/Section';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { RankedPeople } from './RankedPeople';

const kLights: readonly (HealthLight | '')[] = ['', 'red', 'amber', 'green'];

/** Customers by health, the lowest first, by light and by owner. */
export function HealthList({ scores }: { scores: HealthScores }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const address = useAddress();
  const light = address.word('light', kLights, '');
  const owner = address.text('owner');
  return (
    <Section title={t('health.list')}>
      <Space wrap style={{ marginBottom: 12 }}>
        <Select<HealthLight | ''>
          aria-label={t('health.light')}
          style={{ width: 160 }}
          value={light}
          onChange={(next) => address.change({ light: next, page: null })}
          options={kLights.map((one) => ({
            value: one,
            label: one ? word('light', one) : t('health.all_lights'),
          }))}
        />
        {scores.owners.length ? (
          <Select
            aria-label={t('health.owner')}
            style={{ width: 200 }}
            value={owner}
            onChange={(next) => address.change({ owner: next, page: null })}
            options={[
              { value: '', label: t('health.all_owners') },
              ...scores.owners.map((one) => ({ value: one.key, label: one.owner })),
            ]}
          />
        ) : null}
      </Space>
      <RankedPeople
        model={`health:${light}:${owner}`}
        get={(page) =>
          must(
            api.GET('/v1/value/health/people', {
              params: {
                query: { ...page, ...(light ? { light } : {}), ...(owner ? { owner } : {}) },
              },
            }),
          )
        }
        head={
          <>
            <th className="num">{t('health.score')}</th>
            <th style={{ paddingLeft: 24 }}>{t('health.light')}</th>
            <th>{t('health.owner')}</th>
            <th>{t('health.lost')}</th>
          </>
        }
        cells={(one) => (
          <>
            <td className="num">
              <b>{format.count(one.score, 0)}</b>
            </td>
            <td style={{ paddingLeft: 24 }}>
              <Light light={one.light} />
            </td>
            <td>{one.owner}</td>
            <td className="quiet">
              {one.measures
                .filter(({ lost }) => lost >= 1)
                .map(({ measure, lost }) =>
                  t('health.lost_part', {
                    measure: word('measure_of_health', measure),
                    points: format.count(lost, 0),
                  }),
                )
                .join(' · ') || t('health.nothing_lost')}
            </td>
          </>
        )}
      />
    </Section>
  );
}
