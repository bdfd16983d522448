import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { ProblemView } from '@/shared/ProblemView';
import { useWords } from '@/shared/use_words';
import { kKinds, type Kind } from './upload';

/** Another folder to watch: its name, what its files hold, and how they are read. */
export function WatchForm() {
  const { t } = useTranslation();
  const word = useWords();
  const client = useQueryClient();
  const [folder, setFolder] = useState('');
  const [kind, setKind] = useState<Kind>('customers');
  const [mapping, setMapping] = useState('');
  const saved = useQuery({
    queryKey: ['import-mappings'],
    queryFn: () => must(api.GET('/v1/import-mappings')),
  });
  const watch = useMutation({
    mutationFn: () =>
      must(api.POST('/v1/import-folders', { body: { folder, kind, mapping_id: mapping } })),
    onSuccess: () => {
      setFolder('');
      void client.invalidateQueries({ queryKey: ['import-folders'] });
    },
  });
  const mappings = (saved.data?.mappings ?? []).filter((one) => one.kind === kind);
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault();
        watch.mutate();
      }}
    >
      <div className="row">
        <Input
          style={{ width: 200 }}
          aria-label={t('import.folder')}
          placeholder={t('import.folder')}
          value={folder}
          onChange={(event) => setFolder(event.target.value.trim())}
        />
        <Select<Kind>
          style={{ width: 130 }}
          aria-label={t('import.kind')}
          value={kind}
          onChange={(next) => {
            setKind(next);
            setMapping('');
          }}
          options={kKinds.map((value) => ({ value, label: word('import_kind', value) }))}
        />
        <Select
          style={{ width: 220 }}
          aria-label={t('import.folder_mapping')}
          value={mapping}
          onChange={setMapping}
          options={[
            { value: '', label: t('import.folder_auto') },
            ...mappings.map((one) => ({ value: one.id, label: one.name })),
          ]}
        />
        <Button htmlType="submit" disabled={!folder} loading={watch.isPending}>
          {t('import.folder_add')}
        </Button>
      </div>
      {watch.isError ? <ProblemView error={watch.error} /> : null}
    </form>
  );
}
