import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { CustomerFile } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { LongText } from '@/shared/LongText';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { useFileChange } from './use_file_change';

/** Each word on a trait with its source and time; and an edit of one. */
export function Traits({ file }: { file: CustomerFile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const mayWrite = useRight('customers.write');
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const path = { person_id: file.customer.id };
  const query = useQuery({
    queryKey: ['desk', 'traits', file.customer.id],
    queryFn: () => must(api.GET('/v1/customers/{person_id}/traits', { params: { path } })),
  });
  const save = useFileChange(() =>
    must(
      api.PATCH('/v1/customers/{person_id}', {
        params: { path },
        body: { version: file.version, traits: { [name.trim()]: value === '' ? null : value } },
      }),
    ),
  );
  return (
    <div className="stack">
      <Loaded query={query}>
        {({ history }) =>
          history.length === 0 ? (
            <p className="quiet">{t('customer.trait_none')}</p>
          ) : (
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('customer.trait')}</th>
                  <th>{t('customer.trait_value')}</th>
                  <th>{t('customer.trait_said')}</th>
                  <th>{t('customer.trait_source')}</th>
                </tr>
              </thead>
              <tbody>
                {history.map((said, i) => (
                  <tr key={i}>
                    <td>{said.trait}</td>
                    <td>
                      {said.op === 'set' ? '' : `${word('trait_op', said.op)} `}
                      {said.value === null ? (
                        <span className="quiet">{t('customer.trait_removed')}</span>
                      ) : (
                        <LongText
                          text={
                            typeof said.value === 'string' ? said.value : JSON.stringify(said.value)
                          }
                        />
                      )}
                    </td>
                    <td className="quiet nowrap">{format.dateTime(said.at)}</td>
                    <td className="quiet">{said.source}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
      {mayWrite ? (
        <Section title={t('customer.trait_edit')}>
          <Form layout="vertical" onFinish={() => save.mutate(undefined)}>
            <Form.Item label={t('customer.trait_name')} htmlFor="trait-name">
              <Input
                id="trait-name"
                value={name}
                onChange={({ target }) => setName(target.value)}
              />
            </Form.Item>
            <Form.Item label={t('customer.trait_value')} htmlFor="trait-value">
              <Input
                id="trait-value"
                value={value}
                onChange={({ target }) => setValue(target.value)}
              />
            </Form.Item>
            <Button htmlType="submit" disabled={!name.trim()} loading={save.isPending}>
              {t('customer.trait_save')}
            </Button>
          </Form>
        </Section>
      ) : null}
    </div>
  );
}
