import { useQuery } from '@tanstack/react-query';
import { Switch } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { EventRow } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/LinkButton';
import { Loaded } from '@/shared/Loaded';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { joined, kKept } from './live';

const kPollMs = 2000;

function EventLine({ event }: { event: EventRow }) {
  const format = useFormat();
  const person = event.user_id || event.anonymous_id;
  return (
    <tr>
      <td className="quiet nowrap">{format.dateTime(event.timestamp, true)}</td>
      <td>{event.source}</td>
      <td>
        {event.name || event.type}{' '}
        {event.name ? <span className="quiet small">{event.type}</span> : null}
      </td>
      <td>
        {event.person_id ? <Link to={`/customers/${event.person_id}`}>{person}</Link> : person}
      </td>
      <td>
        <code style={{ overflowWrap: 'anywhere' }}>
          {JSON.stringify(event.properties).slice(0, 200)}
        </code>
      </td>
    </tr>
  );
}

/** The newest events, asked for every two seconds while the view is on. */
export function LiveView() {
  const { t } = useTranslation();
  const mayKeys = useRight('keys.write');
  const [on, setOn] = useState(true);
  const kept = useRef<{ events: EventRow[]; last: number | undefined }>({
    events: [],
    last: undefined,
  });
  const query = useQuery({
    queryKey: ['live'],
    queryFn: async () => {
      const { last } = kept.current;
      const answer = await must(
        api.GET('/v1/events/recent', {
          params: { query: last === undefined ? { limit: kKept } : { after: last, limit: 500 } },
        }),
      );
      kept.current = { events: joined(kept.current.events, answer.events), last: answer.last_seq };
      return kept.current.events;
    },
    refetchInterval: on ? kPollMs : false,
    staleTime: 0,
    gcTime: 0,
  });
  return (
    <>
      <label className="row">
        <Switch checked={on} onChange={setOn} aria-label={t('data.follow')} />
        {t('data.follow')}
      </label>
      <Loaded query={query}>
        {(events) =>
          events.length === 0 ? (
            <Empty
              title={t('data.no_events')}
              hint={t('data.no_events_hint')}
              action={
                mayKeys ? <LinkButton to="/settings/keys">{t('settings.keys')}</LinkButton> : null
              }
            />
          ) : (
            <div className="live" tabIndex={0} role="region" aria-label={t('data.live')}>
              <table className="plain" style={{ margin: '0 12px' }}>
                <thead>
                  <tr>
                    <th>{t('data.at')}</th>
                    <th>{t('data.source')}</th>
                    <th>{t('data.event')}</th>
                    <th>{t('data.person')}</th>
                    <th>{t('data.properties')}</th>
                  </tr>
                </thead>
                <tbody>
                  {events.map((event) => (
                    <EventLine key={event.seq} event={event} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
    </>
  );
}
