import { useTranslation } from 'react-i18next';
import { useMemberships } from './use_memberships';

/** The level in each programme; the programme is named where there are several. */
export function LevelsOf({ id }: { id: number }) {
  const { t } = useTranslation();
  const { memberships } = useMemberships(id);
  const levels = memberships.filter(({ member }) => member.standing?.name);
  if (levels.length === 0) return null;
  return (
    <>
      <dt>{t('customer.level')}</dt>
      <dd data-level>
        {levels.map(({ programme, member }) => (
          <div key={programme.id}>
            <b>{member.standing?.name}</b>{' '}
            {memberships.length > 1 ? <span className="quiet small">{programme.name}</span> : null}
          </div>
        ))}
      </dd>
    </>
  );
}
