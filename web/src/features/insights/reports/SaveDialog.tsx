import { Form, Input, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Question, Report } from '@/api/types';
import { ClearIcon } from '@/shared/ClearIcon';
import { ProblemView } from '@/shared/ProblemView';
import { inOrder, withTile } from './tiles';
import { useDashboards, useSaveDashboard, useSaveReport } from './use_reports';

interface Props {
  open: boolean;
  question: Question;
  close: () => void;
  saved: (report: Report) => void;
}
interface Fields {
  name: string;
  description?: string;
  dashboard?: string;
}

/** Saves a question as a report, and puts it on a dashboard if wanted. */
export function SaveDialog({ open, question, close, saved }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const save = useSaveReport();
  const place = useSaveDashboard();
  const dashboards = useDashboards(open);
  const finish = async (fields: Fields) => {
    const report = await save.mutateAsync({
      old: null,
      name: fields.name,
      description: fields.description ?? '',
      question,
    });
    const dashboard = dashboards.data?.dashboards.find((one) => one.id === fields.dashboard);
    if (dashboard) {
      const tiles = withTile(inOrder(dashboard.tiles), report.id);
      await place.mutateAsync({ ...pickFields(dashboard), tiles });
    }
    saved(report);
  };
  const error = save.error ?? place.error;
  return (
    <Modal
      open={open}
      title={t('report.save')}
      okText={t('do.save')}
      cancelText={t('do.cancel')}
      confirmLoading={save.isPending || place.isPending}
      onOk={() => form.submit()}
      onCancel={close}
      destroyOnHidden
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        preserve={false}
        initialValues={{ name: t(`analysis.${question.analysis}`) }}
        // A failure is shown below; there is nothing else to do about it here.
        onFinish={(fields) => void finish(fields).catch(() => undefined)}
      >
        <Form.Item
          name="name"
          label={t('ask.name')}
          rules={[{ required: true, message: t('report.name_wanted') }]}
        >
          <Input maxLength={200} autoFocus />
        </Form.Item>
        <Form.Item name="description" label={t('report.description')}>
          <Input.TextArea maxLength={2000} autoSize={{ minRows: 2 }} />
        </Form.Item>
        <Form.Item name="dashboard" label={t('report.on_dashboard')}>
          <Select
            allowClear={{ clearIcon: <ClearIcon /> }}
            placeholder={t('report.no_dashboard')}
            options={(dashboards.data?.dashboards ?? []).map((one) => ({
              value: one.id,
              label: one.name,
            }))}
          />
        </Form.Item>
        {error ? <ProblemView error={error} /> : null}
      </Form>
    </Modal>
  );
}

const pickFields = <
  T extends { id: string; version: number; name: string; refresh_minutes: number },
>(
  one: T,
) => ({
  id: one.id,
  version: one.version,
  name: one.name,
  refresh_minutes: one.refresh_minutes,
});
