import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { clockTime } from '@/shared/format';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';

const kPollMs = 5000;

/** Storage and health: sizes, memory, and how far each stage is behind the event log. */
export default function HealthTab() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({
    queryKey: ['stats'],
    queryFn: () => must(api.GET('/v1/stats')),
    refetchInterval: kPollMs,
  });
  return (
    <Loaded query={query}>
      {(stats) => {
        const facts: [string, string][] = [
          [t('health.version'), stats.version],
          [t('health.uptime'), clockTime(stats.uptime_seconds)],
          [t('health.memory'), format.bytes(stats.resident_bytes)],
          [t('health.engine'), stats.state.engine],
          [t('health.state_size'), format.bytes(stats.state.bytes)],
          [t('health.people'), format.count(stats.state.people)],
          [t('health.orders'), format.count(stats.state.orders)],
          ...Object.entries(stats.events).map(([name, value]): [string, string] => [
            `${t('health.events')} · ${name}`,
            name.includes('bytes') ? format.bytes(value) : format.count(value),
          ]),
        ];
        return (
          <>
            <Section title={t('health.stores')}>
              <dl className="facts">
                {facts.map(([name, value]) => (
                  <div key={name} style={{ display: 'contents' }}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            </Section>
            <Section title={t('health.stages')}>
              <table className="plain" style={{ maxWidth: 720 }}>
                <thead>
                  <tr>
                    <th>{t('health.stage')}</th>
                    <th className="num">{t('health.cursor')}</th>
                    <th className="num">{t('health.behind')}</th>
                    <th>{t('health.error')}</th>
                  </tr>
                </thead>
                <tbody>
                  {stats.stages.map((stage) => (
                    <tr key={stage.name}>
                      <td>{stage.name}</td>
                      <td className="num">{format.count(stage.cursor)}</td>
                      <td className="num">{format.count(stage.behind)}</td>
                      <td className={stage.error ? 'bad' : 'quiet'}>
                        {stage.error || t('health.fine')}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Section>
          </>
        );
      }}
    </Loaded>
  );
}
