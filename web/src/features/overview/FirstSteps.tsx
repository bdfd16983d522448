import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';

/** A workspace without orders: what to do first. */
export function FirstSteps() {
  const { t } = useTranslation();
  const mayImport = useRight('imports.write');
  const mayKeys = useRight('keys.write');
  return (
    <Section title={t('first.title')}>
      <ol style={{ paddingLeft: 20, lineHeight: 2 }}>
        <li>
          {mayImport ? <Link to="/imports">{t('first.import')}</Link> : t('first.import')}{' '}
          <span className="quiet">{t('first.import_hint')}</span>
        </li>
        <li>
          {mayKeys ? <Link to="/settings/keys">{t('first.events')}</Link> : t('first.events')}{' '}
          <span className="quiet">{t('first.events_hint')}</span>
        </li>
        <li>
          {t('first.look')} <span className="quiet">{t('first.look_hint')}</span>
        </li>
      </ol>
    </Section>
  );
}
