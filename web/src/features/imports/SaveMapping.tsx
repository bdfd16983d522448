import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Popover } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { ImportMapping } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';

/** Keeps a mapping under a name, for files with the same columns. */
export function SaveMapping({ id, mapping }: { id: string; mapping: ImportMapping }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const save = useMutation({
    mutationFn: () =>
      must(api.POST('/v1/import-mappings', { body: { name, import_id: id, mapping } })),
    onSuccess: () => {
      setOpen(false);
      void message.success(t('import.saved_done'));
      void client.invalidateQueries({ queryKey: ['import-mappings'] });
    },
  });
  return (
    <Popover
      trigger="click"
      open={open}
      onOpenChange={setOpen}
      content={
        <form
          className="stack tight"
          style={{ width: 300 }}
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          <Input
            aria-label={t('import.saved_name')}
            placeholder={t('import.saved_name')}
            value={name}
            maxLength={30}
            onChange={(event) => setName(event.target.value)}
          />
          <p className="quiet" style={{ margin: 0 }}>
            {t('import.save_hint')}
          </p>
          {save.isError ? <ProblemView error={save.error} /> : null}
          <Button htmlType="submit" type="primary" disabled={!name.trim()} loading={save.isPending}>
            {t('do.save')}
          </Button>
        </form>
      }
    >
      <Button>{t('import.save')}</Button>
    </Popover>
  );
}
