import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { api, must } from '@/api/client';
import type { Import } from '@/api/types';
import { DeleteButton } from '@/shared/DeleteButton';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { MappingForm } from './MappingForm';
import { ProgressView } from './ProgressView';

const kPollMs = 1000;

function Body({ one }: { one: Import }) {
  const client = useQueryClient();
  const mayWrite = useRight('imports.write');
  // A finished import changes every figure of the console.
  const { state } = one;
  useEffect(() => {
    if (state !== 'done') return;
    void client.invalidateQueries({
      predicate: ({ queryKey }) => !['session', 'import'].includes(String(queryKey[0])),
    });
  }, [client, state]);
  const edit = mayWrite && (state === 'uploaded' || state === 'failed');
  return (
    <div className="stack">
      {state === 'failed' && one.error ? <ProblemView error={new Error(one.error)} /> : null}
      {state === 'uploaded' ? null : <ProgressView one={one} />}
      {edit ? <MappingForm key={one.id} one={one} /> : null}
    </div>
  );
}

export default function ImportPage() {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const mayWrite = useRight('imports.write');
  const { id = '' } = useParams();
  const query = useQuery({
    queryKey: ['import', id],
    queryFn: () => must(api.GET('/v1/imports/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? kPollMs : false),
  });
  return (
    <Loaded query={query} rows={10} title={t('nav.imports')}>
      {(one) => (
        <>
          <PageHead
            title={one.name || t('nav.imports')}
            lead={t('import.head', {
              kind: word('import_kind', one.kind),
              size: format.bytes(one.progress.bytes_total),
              state: word('import_state', one.state),
              at: format.dateTime(one.created_at),
            })}
          >
            {mayWrite && one.state !== 'running' ? (
              <DeleteButton
                ask={t('import.delete_ask', { name: one.name })}
                what={t('import.delete_what')}
                remove={() => must(api.DELETE('/v1/imports/{id}', { params: { path: { id } } }))}
                list={{ query: 'imports', path: '/imports' }}
              />
            ) : null}
          </PageHead>
          <Body one={one} />
        </>
      )}
    </Loaded>
  );
}
