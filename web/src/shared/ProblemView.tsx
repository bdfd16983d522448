import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { problemOf } from '@/api/client';
import { useWords } from './use_words';

/** What was wrong, what to do, and the id under which the server's log knows the request. */
export function ProblemView({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t, i18n } = useTranslation();
  const word = useWords();
  const { problem } = problemOf(error, 0);
  const unreachable = problem.status === 0 && !problem.detail;
  const code = word('problem_code', problem.code);
  // The server says what was wrong in English; elsewhere the sentence for its code comes first.
  const said = problem.detail.charAt(0).toUpperCase() + problem.detail.slice(1);
  const [title, second] =
    i18n.language === 'en' || !said ? [said || code, problem.hint || code] : [code, said];
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      message={unreachable ? t('problem.unreachable') : title}
      description={
        <>
          <div>{unreachable ? t('problem.unreachable_hint') : second}</div>
          {problem.hint && problem.hint !== second ? <div>{problem.hint}</div> : null}
          {problem.where ? <div>{t('problem.where', { where: problem.where })}</div> : null}
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
