import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { ImportFolder } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { WatchForm } from './WatchForm';

function Files({ files }: { files: ImportFolder['files'] }) {
  return (
    <>
      {files.map((file) => (
        <div key={`${file.name}|${file.seen_at}`} className={file.error ? 'bad' : undefined}>
          {file.import_id ? <Link to={`/imports/${file.import_id}`}>{file.name}</Link> : file.name}
          {file.error ? `: ${file.error}` : null}
        </div>
      ))}
    </>
  );
}

function Row({ one }: { one: ImportFolder }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayWrite = useRight('imports.write');
  const stop = useMutation({
    mutationFn: () =>
      must(api.DELETE('/v1/import-folders/{id}', { params: { path: { id: one.id } } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['import-folders'] }),
    onError: (error) => void message.error(error.message),
  });
  return (
    <tr>
      <td>{one.folder}</td>
      <td>{word('import_kind', one.kind)}</td>
      <td>
        <Files files={one.files} />
      </td>
      <td className="num">{one.looked_at ? format.dateTime(one.looked_at) : null}</td>
      <td className="num">
        {mayWrite ? (
          <Popconfirm
            title={t('import.folder_stop', { folder: one.folder })}
            okText={t('import.stop')}
            cancelText={t('do.keep')}
            onConfirm={() => stop.mutate()}
          >
            <Button size="small" loading={stop.isPending}>
              {t('import.stop')}
            </Button>
          </Popconfirm>
        ) : null}
      </td>
    </tr>
  );
}

/** Folders on the server whose new files are imported by themselves. */
export function FoldersView() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayWrite = useRight('imports.write');
  const query = useQuery({
    queryKey: ['import-folders'],
    queryFn: () => must(api.GET('/v1/import-folders')),
  });
  const look = useMutation({
    mutationFn: () => must(api.POST('/v1/import-folders/look')),
    onSuccess: ({ started }) => {
      void message.info(t('import.folder_looked', { n: started }));
      void client.invalidateQueries({ queryKey: ['import-folders'] });
      void client.invalidateQueries({ queryKey: ['imports'] });
    },
    onError: (error) => void message.error(error.message),
  });
  const some = (query.data?.folders.length ?? 0) > 0;
  return (
    <Section
      title={t('import.folders')}
      aside={
        some && mayWrite ? (
          <Button size="small" loading={look.isPending} onClick={() => look.mutate()}>
            {t('import.folder_look')}
          </Button>
        ) : null
      }
    >
      <Loaded query={query} rows={2}>
        {({ inbox, folders }) => (
          <div className="stack tight">
            <p className="quiet">{t('import.folders_lead', { inbox })}</p>
            {folders.length === 0 ? (
              <p className="quiet">{t('import.folders_none')}</p>
            ) : (
              <div className="scroll-x">
                <table className="plain">
                  <thead>
                    <tr>
                      <th>{t('import.folder')}</th>
                      <th>{t('import.kind')}</th>
                      <th>{t('import.folder_files')}</th>
                      <th className="num">{t('import.folder_last')}</th>
                      <th aria-label={t('import.stop')} />
                    </tr>
                  </thead>
                  <tbody>
                    {folders.map((one) => (
                      <Row key={one.id} one={one} />
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            {mayWrite ? <WatchForm /> : null}
          </div>
        )}
      </Loaded>
    </Section>
  );
}
