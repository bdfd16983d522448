import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Programme } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { FormRow } from '../FormRow';

/** Up to when the books are closed, and where a month is closed. */
export function ClosedMonths({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <FormRow name={t('loyalty.closings')} hint={t('programme.closing_hint')}>
      <span>
        {programme.closed_until
          ? t('programme.closed_until', { at: format.dateTime(programme.closed_until) })
          : t('loyalty.no_closings')}
      </span>
      <Link to={`/loyalty/finance?programme=${programme.id}`}>{t('programme.to_closing')}</Link>
    </FormRow>
  );
}
