import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api, must } from '@/api/client';
import { ProblemView } from '@/shared/ProblemView';

interface Props {
  open: boolean;
  onClose: () => void;
}

/** Identifiers as people paste them: by line, comma or tab. */
export const identifiersOf = (text: string): string[] =>
  [...new Set(text.split(/[\n\r,;\t]+/).map((one) => one.trim()))].filter(Boolean);

/** Makes a list from pasted identifiers. */
export function ListMaker({ open, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const identifiers = identifiersOf(text);
  const make = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/segments', {
          body: { name, kind: 'static', announce: true, from: { identifiers } },
        }),
      ),
    onSuccess: (segment) => {
      void client.invalidateQueries({ queryKey: ['segments'] });
      onClose();
      void navigate(`/segments/${segment.id}`);
    },
  });
  return (
    <Modal
      open={open}
      title={t('segment.new_list')}
      okText={t('segment.make_list', { count: identifiers.length })}
      cancelText={t('do.cancel')}
      okButtonProps={{ disabled: !name.trim() || !identifiers.length, loading: make.isPending }}
      onOk={() => make.mutate()}
      onCancel={onClose}
    >
      <Form layout="vertical">
        <Form.Item label={t('segment.name')} htmlFor="list-name">
          <Input id="list-name" value={name} onChange={({ target }) => setName(target.value)} />
        </Form.Item>
        <Form.Item
          label={t('segment.identifiers')}
          extra={t('segment.identifiers_hint')}
          htmlFor="list-ids"
        >
          <Input.TextArea
            id="list-ids"
            rows={8}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </Form.Item>
      </Form>
      {make.isError ? <ProblemView error={make.error} /> : null}
    </Modal>
  );
}
