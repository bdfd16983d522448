import { LinkOutlined, SaveOutlined } from '@ant-design/icons';
import { App, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Question, Report } from '@/api/types';
import { DeleteButton } from '@/shared/DeleteButton';
import { useRight } from '@/shared/session';
import { api, must } from '@/api/client';
import { pathOf, sameQuestion } from '../ask/questions';
import { SaveDialog } from './SaveDialog';
import { ShareDialog } from './ShareDialog';
import { useSaveReport } from './use_reports';

interface Props {
  question: Question;
  report: Report | null;
  complete: boolean;
}

/** What can be done with a question: save it, put it on a dashboard, share it. */
export function ReportActions({ question, report, complete }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const may = useRight('insights.write');
  const [saving, setSaving] = useState(false);
  const [sharing, setSharing] = useState(false);
  const save = useSaveReport();
  if (!may) return null;
  const changed = report && !sameQuestion(report.question, question);
  return (
    <>
      {report ? (
        <>
          <Button icon={<LinkOutlined />} onClick={() => setSharing(true)}>
            {t('report.share')}
          </Button>
          <DeleteButton
            ask={t('report.delete_ask', { name: report.name })}
            what={t('report.delete_what')}
            remove={() =>
              must(api.DELETE('/v1/insights/reports/{id}', { params: { path: { id: report.id } } }))
            }
            list={{ query: 'reports', path: '/insights' }}
          />
          <Button
            disabled={!changed || !complete}
            loading={save.isPending}
            onClick={() =>
              save.mutate(
                { old: report, name: report.name, description: report.description, question },
                {
                  onSuccess: () => void message.success(t('report.saved')),
                  onError: (error) => void message.error(error.message),
                },
              )
            }
          >
            {t('report.save_change')}
          </Button>
        </>
      ) : null}
      <Button icon={<SaveOutlined />} disabled={!complete} onClick={() => setSaving(true)}>
        {report ? t('report.save_copy') : t('report.save')}
      </Button>
      <SaveDialog
        open={saving}
        question={question}
        close={() => setSaving(false)}
        saved={(made) => {
          setSaving(false);
          void navigate(pathOf(made.question, made.id), { replace: true });
        }}
      />
      {report ? (
        <ShareDialog report={report} open={sharing} close={() => setSharing(false)} />
      ) : null}
    </>
  );
}
