import { useTranslation } from 'react-i18next';
import type { ImportCheck } from '@/api/types';
import { useFormat } from '@/shared/use_format';

/** What the dry run over the whole file found. */
export function CheckView({ check }: { check: ImportCheck }) {
  const { t } = useTranslation();
  const format = useFormat();
  const facts: [string, string | undefined][] = [
    [t('import.rows'), format.count(check.rows)],
    [t('import.good'), format.count(check.good)],
    [t('import.rejected'), format.count(check.rejected)],
    [t('import.orders'), check.orders === undefined ? undefined : format.count(check.orders)],
    [
      t('import.refund_rows'),
      check.refund_rows === undefined ? undefined : format.count(check.refund_rows),
    ],
    [
      t('import.customers'),
      check.customers === undefined ? undefined : format.count(check.customers),
    ],
    [
      t('import.anonymous'),
      check.anonymous === undefined ? undefined : format.count(check.anonymous),
    ],
    [
      t('import.span'),
      check.first_at
        ? `${format.dateTime(check.first_at)} – ${format.dateTime(check.last_at)}`
        : undefined,
    ],
    [
      t('import.total'),
      check.total_minor === undefined
        ? undefined
        : format.money(check.total_minor, { currency: check.currency ?? '' }),
    ],
  ];
  return (
    <div className="stack tight" aria-live="polite">
      <dl className="facts">
        {facts.map(([name, value]) =>
          value === undefined ? null : (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      {check.errors.length ? (
        <>
          <h3>{t('import.first_errors')}</h3>
          <table className="plain" style={{ maxWidth: 900 }}>
            <thead>
              <tr>
                <th>{t('import.line')}</th>
                <th>{t('import.column')}</th>
                <th>{t('import.reason')}</th>
              </tr>
            </thead>
            <tbody>
              {check.errors.map((error, i) => (
                <tr key={i}>
                  <td>{format.count(error.line)}</td>
                  <td>{error.column}</td>
                  <td>{error.reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      ) : null}
    </div>
  );
}
