import { Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Levels, Programme } from '@/api/types';
import { minorDigits } from '@/shared/format';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { FormRow } from '../FormRow';
import { withMeasure } from './levels_draft';

const kMeasures = ['points', 'spend', 'orders'] as const;
const kWindows = ['rolling', 'calendar_year', 'anniversary', 'total'] as const;

interface Props {
  programme: Programme;
  value: Levels;
  onChange: (levels: Levels) => void;
}

/** What is counted for a level and over which time, how long it is kept, and how it is lost. */
export function LevelsTerms({ programme, value, onChange }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const unit = 10 ** minorDigits(format.currency);
  const put = (part: Partial<Levels>) => onChange({ ...value, ...part });
  const whole = (
    field: 'months' | 'validity_months' | 'grace_days',
    name: string,
    least: number,
    most: number,
  ) => (
    <NeededNumber
      aria-label={name}
      min={least}
      max={most}
      precision={0}
      style={{ width: 90 }}
      value={value[field] ?? least}
      onChange={(next) => put({ [field]: next })}
    />
  );
  const spans = value.window === 'rolling' || value.window === 'anniversary';
  return (
    <>
      <FormRow name={t('levels_form.measure')} at="measure">
        <Select
          aria-label={t('levels_form.measure')}
          value={value.measure}
          onChange={(measure) => onChange(withMeasure(value, measure, unit))}
          options={kMeasures.map((one) => ({ value: one, label: word('level_measure', one) }))}
          style={{ minWidth: 160 }}
        />
        {value.measure === 'points' ? (
          <Select
            aria-label={t('loyalty.currency')}
            value={value.currency || (programme.currencies[0]?.code ?? '')}
            onChange={(currency) => put({ currency })}
            options={programme.currencies.map(({ code, name }) => ({
              value: code,
              label: name ?? code,
            }))}
            style={{ minWidth: 200 }}
          />
        ) : null}
      </FormRow>
      <FormRow
        name={t('levels_form.window')}
        at="window"
        hint={word('level_window_hint', value.window)}
      >
        <Select
          aria-label={t('levels_form.window')}
          value={value.window}
          onChange={(window) => put({ window })}
          options={kWindows.map((one) => ({ value: one, label: word('level_window', one) }))}
          style={{ minWidth: 200 }}
        />
        {spans ? (
          <>
            {whole('months', t('levels_form.months'), 1, 120)}
            <span>{t('levels_form.months')}</span>
          </>
        ) : null}
      </FormRow>
      <FormRow name={t('loyalty.validity_months')} at="validity_months">
        {whole('validity_months', t('loyalty.validity_months'), 0, 120)}
      </FormRow>
      <FormRow name={t('loyalty.grace_days')} at="grace_days" hint={t('levels_form.grace_hint')}>
        {whole('grace_days', t('loyalty.grace_days'), 0, 366)}
      </FormRow>
      <FormRow
        name={t('levels_form.one_step')}
        hint={t(value.one_step ? 'levels_form.one_step_on' : 'levels_form.one_step_off')}
      >
        <Switch
          aria-label={t('levels_form.one_step')}
          checked={value.one_step ?? false}
          onChange={(one_step) => put({ one_step })}
        />
      </FormRow>
    </>
  );
}
