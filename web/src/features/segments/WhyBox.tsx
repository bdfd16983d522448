import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { SegmentDefinition } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { ReasonTree } from './ReasonTree';
import { isWhole } from './rule';
import { useSettled } from './use_settled';

interface Props {
  /** Of a saved segment, or … */
  id?: string;
  /** … a rule that is being written. */
  definition?: SegmentDefinition;
}

function PersonPick({ onChange }: { onChange: (person: number) => void }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const text = useSettled(search);
  const query = useQuery({
    queryKey: ['segment-person', text],
    queryFn: () =>
      must(
        api.GET('/v1/customers', { params: { query: { search: text, known: 'all', limit: 10 } } }),
      ),
    enabled: text !== '',
  });
  return (
    <Select<number>
      style={{ width: '100%' }}
      showSearch
      filterOption={false}
      aria-label={t('segment.person')}
      placeholder={t('segment.person')}
      loading={query.isFetching}
      onSearch={setSearch}
      onChange={onChange}
      notFoundContent={<span className="quiet">{t('ask.none_found')}</span>}
      options={(query.data?.customers ?? []).map(({ id, name, user_id: user }) => ({
        value: id,
        label: [name, user].filter(Boolean).join(' · ') || `#${id}`,
      }))}
    />
  );
}

function Reason({ id, definition, person }: Props & { person: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({
    queryKey: ['segment-why', id ?? definition, person],
    queryFn: () =>
      id
        ? must(api.GET('/v1/segments/{id}/why', { params: { path: { id }, query: { person } } }))
        : must(
            api.POST('/v1/segments/why', {
              body: { ...(definition as SegmentDefinition), person },
            }),
          ),
    retry: false,
  });
  return (
    <Loaded query={query} rows={3}>
      {(reason) => (
        <>
          <p>
            <b>{reason.member ? t('segment.is_member') : t('segment.is_no_member')}</b>
            {reason.turns_at
              ? ` · ${t('segment.turns_at', { at: format.dateTime(reason.turns_at, true) })}`
              : null}
          </p>
          {reason.universe.holds ? null : <p className="bad">{t('segment.not_in_universe')}</p>}
          {reason.rule ? <ReasonTree part={reason.rule} /> : null}
        </>
      )}
    </Loaded>
  );
}

/** Why a person is in or out, condition by condition. */
export function WhyBox({ id, definition }: Props) {
  const { t } = useTranslation();
  const [person, setPerson] = useState<number>();
  const settled = useSettled(definition);
  const whole = id !== undefined || (settled !== undefined && isWhole(settled.rule));
  return (
    <Section title={t('segment.why')}>
      <PersonPick onChange={setPerson} />
      {person !== undefined && whole ? (
        <Reason
          person={person}
          {...(id ? { id } : {})}
          {...(settled ? { definition: settled } : {})}
        />
      ) : (
        <p className="quiet">{t('segment.why_hint')}</p>
      )}
    </Section>
  );
}
