import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Import, ImportMapping } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { useWords } from '@/shared/use_words';
import { CheckView } from './CheckView';
import { FieldsTable } from './FieldsTable';
import { missingFields } from './mapping';
import { ReadingForm } from './ReadingForm';
import { SampleTable } from './SampleTable';
import { SaveMapping } from './SaveMapping';

/** What was found, or could not be found, about the file. */
function Notes({ notes }: { notes: string[] }) {
  const { t } = useTranslation();
  if (notes.length === 0) return null;
  return (
    <Alert
      type="info"
      showIcon
      message={t('import.notes')}
      description={notes.map((note) => (
        <div key={note}>{note}</div>
      ))}
      style={{ marginBottom: 16 }}
    />
  );
}

/** The mapping proposed, changed by hand, tried in a dry run, and started. */
export function MappingForm({ one }: { one: Import }) {
  const { t } = useTranslation();
  const word = useWords();
  const client = useQueryClient();
  const [mapping, setMapping] = useState<ImportMapping>(one.mapping);
  const params = { path: { id: one.id } };
  const check = useMutation({
    mutationFn: () => must(api.POST('/v1/imports/{id}/check', { params, body: mapping })),
  });
  const start = useMutation({
    mutationFn: () => must(api.POST('/v1/imports/{id}/start', { params, body: mapping })),
    onSuccess: (next) => client.setQueryData(['import', one.id], next),
  });
  const change = (next: ImportMapping) => {
    setMapping(next);
    check.reset();
  };
  const missing = missingFields(one.fields, mapping);
  return (
    <div>
      <Notes notes={check.data?.notes ?? one.notes ?? []} />
      <Section title={t('import.sample')}>
        <SampleTable sample={one.sample} />
      </Section>
      <Section title={t('import.mapping')}>
        <FieldsTable one={one} mapping={mapping} change={change} />
      </Section>
      <Section title={t('import.reading')}>
        <ReadingForm kind={one.kind} mapping={mapping} change={change} />
      </Section>
      <Section title={t('import.check')}>
        {missing.length ? (
          <p className="bad">
            {t('import.missing', {
              list: missing.map((name) => word('field', name)).join(t('list.separator')),
            })}
          </p>
        ) : null}
        {check.isError ? <ProblemView error={check.error} /> : null}
        {start.isError ? <ProblemView error={start.error} /> : null}
        {check.data ? (
          <CheckView check={check.data} />
        ) : (
          <p className="quiet">{t('import.check_hint')}</p>
        )}
        <div className="row" style={{ marginTop: 12 }}>
          <Button
            type={check.data ? 'default' : 'primary'}
            disabled={missing.length > 0}
            loading={check.isPending}
            onClick={() => check.mutate()}
          >
            {t('import.check_do')}
          </Button>
          <Button
            type={check.data ? 'primary' : 'default'}
            disabled={missing.length > 0 || check.data?.good === 0}
            loading={start.isPending}
            onClick={() => start.mutate()}
          >
            {t('import.start')}
          </Button>
          <span className="grow" />
          {missing.length === 0 ? <SaveMapping id={one.id} mapping={mapping} /> : null}
        </div>
      </Section>
    </div>
  );
}
