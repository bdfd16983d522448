import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Select, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Preview } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { useWords } from '@/shared/use_words';

const kFound = 20;

function Mail({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  const word = useWords();
  const [view, setView] = useState<'text' | 'html'>(preview.html ? 'html' : 'text');
  return (
    <div className="stack tight">
      {preview.missing.length ? (
        <Alert
          type="info"
          showIcon
          message={t('campaign.fell_back', {
            list: preview.missing.map((field) => word('field', field)).join(t('list.separator')),
          })}
        />
      ) : null}
      {preview.html ? (
        <Segmented
          size="small"
          aria-label={t('figure.view')}
          value={view}
          onChange={setView}
          options={[
            { value: 'html', label: t('campaign.html') },
            { value: 'text', label: t('campaign.text') },
          ]}
        />
      ) : null}
      <div className="mail">
        <header>
          <div className="quiet small">{t('campaign.mail_to', { to: preview.to })}</div>
          <b>{preview.subject}</b>
        </header>
        {view === 'html' && preview.html ? (
          // An empty sandbox: no script runs, no form is sent, nothing of the console can be
          // reached.
          <iframe title={t('campaign.html')} sandbox="" srcDoc={preview.html} />
        ) : (
          <pre>{preview.text}</pre>
        )}
      </div>
    </div>
  );
}

/**
 * The message as one real customer would get it; saves the draft first, for the server renders
 * it.
 */
export function PreviewView({
  set,
  ready,
  save,
}: {
  set: string;
  ready: boolean;
  save: () => Promise<string>;
}) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState<number>();
  const people = useQuery({
    queryKey: ['preview-people', set, search],
    queryFn: () =>
      must(
        api.GET('/v1/customers', {
          params: {
            query: {
              ...(set ? { set } : {}),
              ...(search ? { search } : {}),
              sort: 'revenue',
              limit: kFound,
            },
          },
        }),
      ),
  });
  const preview = useMutation({
    mutationFn: async (person: number) => {
      const id = await save();
      return must(
        api.POST('/v1/campaigns/{id}/preview', {
          params: { path: { id } },
          body: { person_id: person },
        }),
      );
    },
  });
  const options = (people.data?.customers ?? []).map((one) => ({
    value: one.id,
    label: [one.name || one.user_id || String(one.id), one.email].filter(Boolean).join(' · '),
  }));
  const person = chosen ?? options[0]?.value;
  return (
    <aside className="stack tight">
      <h2>{t('campaign.preview')}</h2>
      <Select
        showSearch
        filterOption={false}
        aria-label={t('campaign.preview_with')}
        placeholder={t('campaign.preview_with')}
        value={person}
        options={options}
        onSearch={setSearch}
        onChange={setChosen}
        loading={people.isFetching}
        style={{ width: '100%' }}
      />
      <Button
        disabled={!ready || person === undefined}
        loading={preview.isPending}
        onClick={() => person !== undefined && preview.mutate(person)}
      >
        {t('campaign.preview_do')}
      </Button>
      {ready ? null : <p className="quiet small">{t('campaign.preview_not_ready')}</p>}
      {preview.isError ? <ProblemView error={preview.error} /> : null}
      {preview.data ? (
        <Mail key={preview.data.to + preview.data.html} preview={preview.data} />
      ) : null}
    </aside>
  );
}
