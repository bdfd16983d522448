import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Overview } from '@/api/types';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { tasks, type Task } from './overview';

function TaskLine({ task }: { task: Task }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('campaigns.write');
  switch (task.kind) {
    case 'import':
      return <Link to="/imports">{t('today.import')}</Link>;
    case 'draft':
      return (
        <Link to={mayWrite ? `/campaigns/${task.id}/edit` : `/campaigns/${task.id}`}>
          {t('today.draft', { name: task.name })}
        </Link>
      );
    case 'sending':
      return (
        <Link to={`/campaigns/${task.id}`}>
          {t('today.sending', { name: task.name, n: format.count(task.left) })}
        </Link>
      );
    case 'trouble':
      return (
        <Link to={`/campaigns/${task.id}?tab=ledger&verdict=failed`}>
          {t('today.trouble', { name: task.name, n: format.count(task.people) })}
        </Link>
      );
    default: {
      const to = mayWrite
        ? '/campaigns/new?stages=silent'
        : `/customers?set=${encodeURIComponent(task.set)}`;
      return (
        <Link to={to}>
          {t('today.recall', {
            n: format.count(task.people),
            revenue: format.money(task.revenue_minor, { whole: true }),
          })}
        </Link>
      );
    }
  }
}

/** What must I do today? */
export function Today({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const list = tasks(overview);
  return (
    <Section title={t('overview.today')}>
      {list.length === 0 ? (
        <p className="quiet">{t('today.nothing')}</p>
      ) : (
        <ol style={{ margin: 0, paddingLeft: 20 }}>
          {list.map((task, i) => (
            <li key={i} style={{ padding: '3px 0' }}>
              <TaskLine task={task} />
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
