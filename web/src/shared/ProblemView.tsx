import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { problemOf } from '@/api/client';
import { useWords } from './use_words';

/** What was wrong, what to do, and the id under which the server's log knows the request. */
export function ProblemView({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const word = useWords();
  const { problem } = problemOf(error, 0);
  const unreachable = problem.status === 0;
  const title = unreachable
    ? t('problem.unreachable')
    : problem.detail || word('problem_code', problem.code);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      message={title}
      description={
        <>
          {problem.where ? <div>{t('problem.where', { where: problem.where })}</div> : null}
          <div>
            {problem.hint ||
              (unreachable ? t('problem.unreachable_hint') : word('problem_code', problem.code))}
          </div>
          {problem.request_id ? (
            <div className="small quiet">
              {t('problem.request')} <code>{problem.request_id}</code>
            </div>
          ) : null}
        </>
      }
      action={retry ? <Button onClick={retry}>{t('do.retry')}</Button> : undefined}
    />
  );
}
