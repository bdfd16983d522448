import { Input, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ProgrammeDraft } from '@/api/types';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { kWeekStarts } from '@/shared/week_starts';
import { ZonedPicker } from '@/shared/ZonedPicker';
import { FormRow } from '../FormRow';

const kZones: string[] = Intl.supportedValuesOf?.('timeZone') ?? [];
const kMinute = 60;
const kMostHoldMinutes = 30 * 24 * 60;

interface Props {
  /** It is there already: its id stays. */
  saved: boolean;
  /** Once a month is closed the zone stays. */
  closed: boolean;
  value: ProgrammeDraft;
  onChange: (draft: ProgrammeDraft) => void;
}

/** What holds for all of a programme. */
export function ProgrammeTerms({ saved, closed, value, onChange }: Props) {
  const { t } = useTranslation();
  const put = (part: Partial<ProgrammeDraft>) => onChange({ ...value, ...part });
  const zones = [...new Set([value.zone, ...kZones])].filter(Boolean);
  const seconds = value.hold_seconds ?? 1_800;
  return (
    <>
      <FormRow name={t('programme.name')} at="name">
        <Input
          aria-label={t('programme.name')}
          maxLength={60}
          style={{ width: 320 }}
          value={value.name}
          onChange={({ target }) => put({ name: target.value })}
        />
      </FormRow>
      <FormRow
        name={t('programme.id')}
        at="id"
        hint={saved ? t('programme.code_stays') : t('programme.code_hint')}
      >
        <Input
          aria-label={t('programme.id')}
          maxLength={40}
          disabled={saved}
          style={{ width: 320 }}
          value={value.id ?? ''}
          onChange={({ target }) => put({ id: target.value })}
        />
      </FormRow>
      <FormRow
        name={t('programme.zone')}
        at="zone"
        hint={closed ? t('programme.zone_stays') : t('programme.zone_hint')}
      >
        <Select
          showSearch
          aria-label={t('programme.zone')}
          disabled={closed}
          value={value.zone}
          onChange={(zone) => put({ zone })}
          options={zones.map((zone) => ({ value: zone, label: zone }))}
          style={{ width: 320 }}
        />
      </FormRow>
      <FormRow name={t('settings.week_start')} at="week_start">
        <Select
          aria-label={t('settings.week_start')}
          value={value.week_start ?? 'monday'}
          onChange={(week_start) => put({ week_start })}
          options={kWeekStarts.map((one) => ({ value: one, label: t(`settings.${one}`) }))}
          style={{ minWidth: 140 }}
        />
      </FormRow>
      <FormRow name={t('programme.hold')} at="hold_seconds" hint={t('programme.hold_hint')}>
        <NeededNumber
          aria-label={t('programme.hold')}
          min={1 / kMinute}
          max={kMostHoldMinutes}
          suffix={t('programme.minutes')}
          style={{ width: 150 }}
          value={seconds / kMinute}
          onChange={(minutes) => put({ hold_seconds: Math.max(1, Math.round(minutes * kMinute)) })}
        />
      </FormRow>
      <FormRow
        name={t('programme.approval_limit')}
        at="approval_limit"
        hint={t('programme.approval_hint')}
      >
        <NeededNumber
          aria-label={t('programme.approval_limit')}
          min={0}
          max={1e12}
          precision={0}
          style={{ width: 150 }}
          value={value.approval_limit ?? 10_000}
          onChange={(approval_limit) => put({ approval_limit })}
        />
      </FormRow>
      <FormRow
        name={t('programme.takes_events')}
        at="takes_events"
        hint={t('programme.takes_events_hint')}
      >
        <Switch
          aria-label={t('programme.takes_events')}
          checked={value.takes_events ?? true}
          onChange={(takes_events) => put({ takes_events })}
        />
      </FormRow>
      <FormRow
        name={t('programme.events_from')}
        at="events_from"
        hint={t(saved ? 'programme.events_from_hint' : 'programme.events_from_new')}
      >
        <ZonedPicker
          placeholder={t(saved ? 'programme.events_none' : 'programme.events_start')}
          value={value.events_from ?? null}
          onChange={(at) => {
            const { events_from: _old, ...rest } = value;
            onChange(at === null && !saved ? rest : { ...value, events_from: at });
          }}
        />
      </FormRow>
    </>
  );
}
