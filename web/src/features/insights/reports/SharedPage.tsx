import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import '../insights.css';
import { AnswerView } from '../answer/AnswerView';
import { CostLine } from '../ask/CostLine';

/** A shared report: its answer, for anyone who has the link. */
export default function SharedPage() {
  const { t } = useTranslation();
  const token = useLocation().pathname.split('/')[2] ?? '';
  const query = useQuery({
    queryKey: ['shared', token],
    queryFn: () => must(api.GET('/v1/shared/reports/{token}', { params: { path: { token } } })),
  });
  return (
    <main className="shell-main">
      <Loaded query={query} title={t('report.shared_report')}>
        {(report) => (
          <>
            <PageHead title={report.name} lead={report.description || report.workspace} />
            <AnswerView answer={report.answer} />
            <CostLine answer={report.answer} />
          </>
        )}
      </Loaded>
    </main>
  );
}
