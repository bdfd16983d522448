import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { RuleMultiplier } from '@/api/types';
import { useSegments } from '@/shared/use_segments';
import { ZonedPicker } from '@/shared/ZonedPicker';
import { PropertyName, useTypesOf } from './Pickers';
import { TypedValue } from './TypedValue';

interface Props {
  value: RuleMultiplier;
  onChange: (multiplier: RuleMultiplier) => void;
}

/** Segments that tell who comes and goes: only of those it is known who was in them when. */
function SegmentOf({ value, onChange }: Props) {
  const { t } = useTranslation();
  const { data } = useSegments();
  const known = (data?.segments ?? []).filter(
    ({ announce, id }) => announce || id === value.segment,
  );
  return (
    <Select<string>
      aria-label={t('segment.one')}
      placeholder={t('segment.one')}
      showSearch
      optionFilterProp="label"
      popupMatchSelectWidth={260}
      style={{ minWidth: 200 }}
      value={value.segment || null}
      notFoundContent={<span className="quiet">{t('rule_form.no_segments')}</span>}
      onChange={(segment) => onChange({ ...value, segment })}
      options={known.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}

/** Whom, which orders or which time a multiplier is for. */
export function MultiplierDetail({ value, onChange }: Props) {
  const { t } = useTranslation();
  if (value.kind === 'window') {
    return (
      <>
        <ZonedPicker
          placeholder={t('rule_form.window_from')}
          value={value.from ?? null}
          onChange={(from) => onChange({ ...value, from: from ?? '' })}
        />
        <ZonedPicker
          placeholder={t('rule_form.window_to')}
          value={value.to ?? null}
          onChange={(to) => onChange({ ...value, to: to ?? '' })}
        />
      </>
    );
  }
  if (value.kind === 'segment') return <SegmentOf value={value} onChange={onChange} />;
  if (value.kind === 'birthday_month') {
    return (
      <>
        <span className="quiet">{t('rule_form.birthday_trait')}</span>
        <PropertyName
          scope="person"
          label={t('rule_form.birthday_trait')}
          value={value.trait ?? 'birthday'}
          onChange={(trait) => onChange({ ...value, trait })}
        />
      </>
    );
  }
  return value.kind === 'trait' ? <TraitOf value={value} onChange={onChange} /> : null;
}

/** A trait of people that has any value, or a certain one. */
function TraitOf({ value: multiplier, onChange }: Props) {
  const { t } = useTranslation();
  const { trait = '', value } = multiplier;
  const types = useTypesOf('person', undefined, trait);
  return (
    <>
      <PropertyName
        scope="person"
        label={t('rule_form.trait')}
        value={trait}
        onChange={(next) => onChange({ ...multiplier, trait: next })}
      />
      <TypedValue
        label={t('rule_form.trait_value')}
        types={types}
        none={t('rule_form.trait_any')}
        value={value}
        onChange={(next) => {
          const { value: _old, ...rest } = multiplier;
          onChange(next === undefined || next === null ? rest : { ...rest, value: next });
        }}
      />
    </>
  );
}
