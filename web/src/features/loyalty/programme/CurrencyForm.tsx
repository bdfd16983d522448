import { Button, Input, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { PointsCurrency } from '@/api/types';
import { useWords } from '@/shared/use_words';
import { FormRow } from '../FormRow';
import { NumberRow } from '../NumberRow';
import { CurrencyWorth } from './CurrencyWorth';
import { ExpiryRow } from './ExpiryRow';

const kShortfalls = ['negative', 'recover', 'write_off'] as const;
const kMostDays = 3_650;

interface Props {
  at: string;
  first: boolean;
  /** It is in use: its code stays, and it cannot be removed. */
  saved: boolean;
  value: PointsCurrency;
  onChange: (currency: PointsCurrency) => void;
  onRemove: () => void;
}

/** One kind of points: what it is called, when it expires, what it costs and what it pays. */
export function CurrencyForm({ at, first, saved, value, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const label = value.name || value.code;
  const put = (part: Partial<PointsCurrency>) => onChange({ ...value, ...part });
  return (
    <fieldset className="currency">
      <legend>
        {label} {first ? <span className="quiet small">{t('programme.first')}</span> : null}
      </legend>
      <FormRow name={t('programme.currency_name')} at={`${at}.name`}>
        <Input
          aria-label={`${label}: ${t('programme.currency_name')}`}
          maxLength={60}
          style={{ width: 240 }}
          value={value.name ?? ''}
          onChange={({ target }) => put({ name: target.value })}
        />
      </FormRow>
      <FormRow
        name={t('programme.code')}
        at={`${at}.code`}
        hint={saved ? t('programme.code_stays') : t('programme.code_hint')}
      >
        <Input
          aria-label={`${label}: ${t('programme.code')}`}
          maxLength={40}
          disabled={saved}
          style={{ width: 240 }}
          value={value.code}
          onChange={({ target }) => put({ code: target.value })}
        />
      </FormRow>
      <ExpiryRow
        label={label}
        value={value.expiry ?? { kind: 'end_of', unit: 'year', after: 1 }}
        onChange={(expiry) => put({ expiry })}
      />
      <NumberRow
        name={t('loyalty.delay_days')}
        label={`${label}: ${t('loyalty.delay_days')}`}
        at={`${at}.delay_days`}
        hint={t('programme.delay_hint')}
        max={kMostDays}
        value={value.delay_days ?? 0}
        onChange={(delay_days) => put({ delay_days })}
      />
      <FormRow
        name={t('programme.shortfall')}
        hint={word('shortfall_hint', value.shortfall ?? 'negative')}
      >
        <Select
          aria-label={`${label}: ${t('programme.shortfall')}`}
          popupMatchSelectWidth={false}
          value={value.shortfall ?? 'negative'}
          onChange={(shortfall) => put({ shortfall })}
          options={kShortfalls.map((one) => ({ value: one, label: word('shortfall', one) }))}
          style={{ minWidth: 240 }}
        />
      </FormRow>
      <FormRow name={t('programme.spendable')} hint={t('programme.spendable_hint')}>
        <Switch
          aria-label={`${label}: ${t('programme.spendable')}`}
          checked={value.spendable ?? true}
          onChange={(spendable) => put({ spendable })}
        />
      </FormRow>
      {(value.spendable ?? true) ? (
        <CurrencyWorth label={label} value={value} onChange={onChange} />
      ) : null}
      {saved ? null : (
        <Button size="small" danger style={{ marginBottom: 10 }} onClick={onRemove}>
          {t('programme.remove_currency', { name: label })}
        </Button>
      )}
    </fieldset>
  );
}
