import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { SavedMapping } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

function Row({ one }: { one: SavedMapping }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const client = useQueryClient();
  const { message } = App.useApp();
  const mayWrite = useRight('imports.write');
  const forget = useMutation({
    mutationFn: () =>
      must(api.DELETE('/v1/import-mappings/{id}', { params: { path: { id: one.id } } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['import-mappings'] }),
    onError: (error) => void message.error(error.message),
  });
  const columns = Object.entries(one.mapping.columns ?? {}).map(
    ([field, column]) => `${word('field', field)} = ${column}`,
  );
  return (
    <tr>
      <td>{one.name}</td>
      <td>{word('import_kind', one.kind)}</td>
      <td>{columns.join(t('list.separator'))}</td>
      <td className="num">{format.dateTime(one.created_at)}</td>
      <td className="num">
        {mayWrite ? (
          <Popconfirm
            title={t('import.saved_forget', { name: one.name })}
            okText={t('import.forget')}
            cancelText={t('do.keep')}
            onConfirm={() => forget.mutate()}
          >
            <Button size="small" loading={forget.isPending}>
              {t('import.forget')}
            </Button>
          </Popconfirm>
        ) : null}
      </td>
    </tr>
  );
}

/** Mappings that are taken again for files with the same columns. */
export function SavedMappings() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['import-mappings'],
    queryFn: () => must(api.GET('/v1/import-mappings')),
  });
  return (
    <Section title={t('import.saved')}>
      <Loaded query={query} rows={2}>
        {({ mappings }) =>
          mappings.length === 0 ? (
            <p className="quiet">{t('import.saved_none')}</p>
          ) : (
            <div className="scroll-x">
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t('import.saved_name')}</th>
                    <th>{t('import.kind')}</th>
                    <th>{t('import.mapping')}</th>
                    <th className="num">{t('import.created')}</th>
                    <th aria-label={t('import.forget')} />
                  </tr>
                </thead>
                <tbody>
                  {mappings.map((one) => (
                    <Row key={one.id} one={one} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
    </Section>
  );
}
