import { PlayCircleOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  useLocation,
  useNavigate,
  useNavigationType,
  useParams,
  useSearchParams,
} from 'react-router';
import { problemOf } from '@/api/client';
import type { Question } from '@/api/types';
import { PageHead } from '@/shared/PageHead';
import '../insights.css';
import { PeopleDrawer } from '../people/PeopleDrawer';
import { ReportActions } from '../reports/ReportActions';
import { useReport } from '../reports/use_reports';
import { AnswerPane } from './AnswerPane';
import { FieldErrors } from './At';
import { gapsOf } from './gaps';
import { analysisOf, fresh, fromHash, kAnalyses, pathOf, toHash } from './questions';
import { QuestionForm } from './forms/QuestionForm';
import { useAnswer } from './use_answer';
import { useAsked } from './use_asked';

/** The question in the address; a report without one gives its own. */
function useQuestion() {
  const { analysis: word } = useParams();
  const { hash, search } = useLocation();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const report = useReport(params.get('report'));
  const analysis = analysisOf(word) ?? 'trends';
  const saved = report.data?.question;
  // The router lets an address wait while there is other work; what is edited next must not.
  const [edited, setEdited] = useState<Question | null>(null);
  const kind = useNavigationType();
  useEffect(
    () => setEdited((old) => (old && kind === 'REPLACE' && toHash(old) !== hash ? old : null)),
    [hash, kind],
  );
  const question = useMemo(
    (): Question =>
      (edited?.analysis === analysis ? edited : null) ??
      fromHash(hash, analysis) ??
      (saved?.analysis === analysis ? saved : fresh(analysis)),
    [edited, hash, analysis, saved],
  );
  const change = (next: Question) => {
    setEdited(next);
    void navigate({ search, hash: toHash(next) }, { replace: true });
  };
  const loading = report.isLoading && !fromHash(hash, analysis);
  return { question, change, report: report.data ?? null, loading };
}

function Builder({ question, change, report }: ReturnType<typeof useQuestion>) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [lastMs, setLastMs] = useState<number | null>(null);
  const gaps = gapsOf(question);
  const { asked, current, askNow } = useAsked(question, gaps.length === 0, lastMs);
  const askedQuestion = useMemo(
    () => (asked === null ? null : (JSON.parse(asked) as Question)),
    [asked],
  );
  const query = useAnswer(askedQuestion);
  const ms = query.data?.read.milliseconds ?? null;
  if (ms !== null && ms !== lastMs && !query.isPlaceholderData) setLastMs(ms);
  const problem = query.error && current ? problemOf(query.error, 0).problem : null;
  return (
    <PeopleDrawer question={askedQuestion}>
      <PageHead
        title={report?.name ?? t(`analysis.${question.analysis}`)}
        lead={report?.description || t(`analysis_lead.${question.analysis}`)}
      >
        <ReportActions question={question} report={report} complete={gaps.length === 0} />
      </PageHead>
      <div className="ask">
        <form
          className="question"
          aria-label={t('ask.question')}
          onSubmit={(event) => {
            event.preventDefault();
            if (gaps.length > 0) return;
            if (current) void query.refetch();
            else askNow();
          }}
        >
          <div className="row">
            <Select
              className="grow"
              aria-label={t('ask.analysis')}
              value={question.analysis}
              onChange={(next) => void navigate(pathOf(fresh(next)))}
              options={kAnalyses.map((value) => ({ value, label: t(`analysis.${value}`) }))}
              listHeight={420}
            />
            <Button
              type="primary"
              htmlType="submit"
              icon={<PlayCircleOutlined />}
              disabled={gaps.length > 0}
            >
              {t('ask.ask')}
            </Button>
          </div>
          <FieldErrors problem={problem}>
            <QuestionForm question={question} onChange={change} />
          </FieldErrors>
        </form>
        <AnswerPane query={query} asked={askedQuestion} gaps={gaps} current={current} />
      </div>
    </PeopleDrawer>
  );
}

/** One question: its sentences on the left, its answer on the right. */
export default function AskPage() {
  const state = useQuestion();
  const { t } = useTranslation();
  if (state.loading) return <PageHead title={t(`analysis.${state.question.analysis}`)} />;
  return <Builder {...state} />;
}
