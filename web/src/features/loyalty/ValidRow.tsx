import { useTranslation } from 'react-i18next';
import { FieldFault } from '@/shared/form/Fields';
import { ZonedPicker } from '@/shared/ZonedPicker';
import { FormRow } from './FormRow';

interface Props {
  value: { from: string; to: string };
  change: (part: { from?: string; to?: string }) => void;
}

/** From when until when something is offered. */
export function ValidRow({ value, change }: Props) {
  const { t } = useTranslation();
  return (
    <FormRow name={t('coupon.valid')}>
      <div className="field">
        <ZonedPicker
          placeholder={t('coupon.from_day')}
          value={value.from || null}
          onChange={(at) => change({ from: at ?? '' })}
        />
        <FieldFault at="from" />
      </div>
      <div className="field">
        <ZonedPicker
          placeholder={t('coupon.to_day')}
          value={value.to || null}
          onChange={(at) => change({ to: at ?? '' })}
        />
        <FieldFault at="to" />
      </div>
    </FormRow>
  );
}
