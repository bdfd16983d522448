import { InboxOutlined } from '@ant-design/icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Progress, Radio, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ProblemView } from '@/shared/ProblemView';
import { useWords } from '@/shared/use_words';
import { kKinds, uploadImport, type Kind } from './upload';

/** Choose what the file holds, drop it; it is read only after its mapping was looked at. */
export function UploadBox() {
  const { t } = useTranslation();
  const word = useWords();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [kind, setKind] = useState<Kind>('orders');
  const [share, setShare] = useState(0);
  const upload = useMutation({
    mutationFn: (file: File) => uploadImport(file, kind, setShare),
    onSuccess: (made) => {
      client.setQueryData(['import', made.id], made);
      void client.invalidateQueries({ queryKey: ['imports'] });
      void navigate(`/imports/${made.id}`);
    },
  });
  return (
    <div className="stack tight">
      <Radio.Group
        aria-label={t('import.kind')}
        value={kind}
        onChange={(event) => setKind(event.target.value as Kind)}
        options={kKinds.map((value) => ({ value, label: word('import_kind', value) }))}
        optionType="button"
      />
      <Upload.Dragger
        accept=".csv,.tsv,.txt,.gz,.jsonl,.ndjson,.json"
        multiple={false}
        showUploadList={false}
        disabled={upload.isPending}
        beforeUpload={(file) => {
          setShare(0);
          upload.mutate(file);
          return false;
        }}
      >
        <p style={{ fontSize: 28, margin: 0 }}>
          <InboxOutlined />
        </p>
        <p>{t('import.drop')}</p>
        <p className="quiet">{t(`import.drop_${kind}`)}</p>
      </Upload.Dragger>
      {upload.isPending ? (
        <Progress percent={Math.round(share * 100)} aria-label={t('import.uploading')} />
      ) : null}
      {upload.isError ? <ProblemView error={upload.error} /> : null}
    </div>
  );
}
