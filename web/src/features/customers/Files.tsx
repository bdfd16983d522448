import { DeleteOutlined, UploadOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Popconfirm, Upload } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must, problemOf, tokenHeader } from '@/api/client';
import type { AttachedFile } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';

async function attach(id: number, file: File): Promise<void> {
  const query = new URLSearchParams({ name: file.name });
  const answer = await fetch(`/v1/customers/${id}/files?${query.toString()}`, {
    method: 'POST',
    headers: { ...tokenHeader(), 'Content-Type': file.type || 'application/octet-stream' },
    body: file,
  });
  if (!answer.ok) throw problemOf(await answer.json().catch(() => undefined), answer.status);
}

/** Files attached to a customer. */
export function Files({ id }: { id: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const mayWrite = useRight('customers.write');
  const path = { person_id: id };
  const query = useQuery({
    queryKey: ['desk', 'files', id],
    queryFn: () => must(api.GET('/v1/customers/{person_id}/files', { params: { path } })),
  });
  const again = () => void client.invalidateQueries({ queryKey: ['desk', 'files', id] });
  const add = useMutation({ mutationFn: (file: File) => attach(id, file), onSuccess: again });
  const remove = useMutation({
    mutationFn: (file: AttachedFile) =>
      must(
        api.DELETE('/v1/customers/{person_id}/files/{file_id}', {
          params: { path: { ...path, file_id: file.id } },
        }),
      ),
    onSettled: again,
  });
  return (
    <div className="stack">
      {mayWrite ? (
        <div>
          <Upload
            showUploadList={false}
            beforeUpload={(file) => {
              add.mutate(file);
              return false;
            }}
          >
            <Button icon={<UploadOutlined />} loading={add.isPending}>
              {t('customer.file_attach')}
            </Button>
          </Upload>{' '}
          <span className="quiet small">{t('customer.file_hint')}</span>
        </div>
      ) : null}
      {add.isError ? <ProblemView error={add.error} /> : null}
      {remove.isError ? <ProblemView error={remove.error} /> : null}
      <Loaded query={query}>
        {({ files }) => (
          <>
            {files.length === 0 ? <p className="quiet">{t('customer.file_none')}</p> : null}
            {files.map((file) => (
              <section key={file.id} className="notice">
                <a href={`/v1/customers/${id}/files/${file.id}`} download={file.name}>
                  {file.name}
                </a>{' '}
                <span className="quiet small">
                  {t('customer.file_by', {
                    size: format.count(Math.ceil(file.bytes / 1024)),
                    author: file.author,
                    at: format.dateTime(file.at),
                  })}
                </span>{' '}
                {mayWrite ? (
                  <Popconfirm
                    title={t('customer.file_delete', { name: file.name })}
                    okText={t('do.delete')}
                    cancelText={t('do.keep')}
                    onConfirm={() => remove.mutate(file)}
                  >
                    <Button
                      type="text"
                      size="small"
                      aria-label={t('customer.file_delete', { name: file.name })}
                      icon={<DeleteOutlined />}
                    />
                  </Popconfirm>
                ) : null}
              </section>
            ))}
          </>
        )}
      </Loaded>
    </div>
  );
}
