import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, DatePicker, Form, Input } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';

/** Notes and follow-ups of a customer. */
export function Notes({ id }: { id: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const mayWrite = useRight('customers.write');
  const [text, setText] = useState('');
  const [due, setDue] = useState<Dayjs | null>(null);
  const path = { person_id: id };
  const query = useQuery({
    queryKey: ['desk', 'notes', id],
    queryFn: () => must(api.GET('/v1/customers/{person_id}/notes', { params: { path } })),
  });
  const again = () => {
    void client.invalidateQueries({ queryKey: ['desk', 'notes', id] });
    void client.invalidateQueries({ queryKey: ['timeline', id] });
  };
  const add = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/customers/{person_id}/notes', {
          params: { path },
          body: { text, ...(due ? { due_at: due.startOf('day').toISOString() } : {}) },
        }),
      ),
    onSuccess: () => {
      setText('');
      setDue(null);
      again();
    },
  });
  const finish = useMutation({
    mutationFn: (note: { id: string; version: number }) =>
      must(
        api.PATCH('/v1/customers/{person_id}/notes/{note_id}', {
          params: { path: { ...path, note_id: note.id } },
          body: { version: note.version, done: true },
        }),
      ),
    onSettled: again,
  });
  return (
    <div className="stack">
      {mayWrite ? (
        <Section title={t('customer.note_write')}>
          <Form layout="vertical" onFinish={() => add.mutate()}>
            <Form.Item label={t('customer.note_text')} htmlFor="note-text">
              <Input.TextArea
                id="note-text"
                rows={3}
                maxLength={1300}
                value={text}
                onChange={({ target }) => setText(target.value)}
              />
            </Form.Item>
            <Form.Item label={t('customer.note_due')} htmlFor="note-due">
              <DatePicker id="note-due" value={due} onChange={setDue} />
            </Form.Item>
            {add.isError ? <ProblemView error={add.error} /> : null}
            <Button
              type="primary"
              htmlType="submit"
              disabled={!text.trim()}
              loading={add.isPending}
            >
              {due ? t('customer.follow_up_add') : t('customer.note_add')}
            </Button>
          </Form>
        </Section>
      ) : null}
      {finish.isError ? <ProblemView error={finish.error} /> : null}
      <Loaded query={query}>
        {({ notes }) => (
          <>
            {notes.length === 0 ? <p className="quiet">{t('customer.note_none')}</p> : null}
            {notes.map((note) => (
              <section key={note.id} className="notice">
                <p style={{ margin: 0, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                  {note.text}
                </p>
                <p className="quiet small" style={{ margin: '4px 0 0' }}>
                  {t('customer.note_by', { author: note.author, at: format.dateTime(note.at) })}
                </p>
                {note.due_at ? (
                  <p style={{ margin: '6px 0 0' }}>
                    {t('customer.note_due_on', { at: format.day(note.due_at) })}{' '}
                    {note.done_at ? (
                      <span className="good">
                        {t('customer.note_done_at', { at: format.day(note.done_at) })}
                      </span>
                    ) : mayWrite ? (
                      <Button size="small" onClick={() => finish.mutate(note)}>
                        {t('customer.note_done')}
                      </Button>
                    ) : null}
                  </p>
                ) : null}
              </section>
            ))}
          </>
        )}
      </Loaded>
    </div>
  );
}
