import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Loaded } from '@/shared/Loaded';
import { Mark } from '@/shared/Mark';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { PreferencesLink } from './PreferencesLink';
import { useFileChange } from './use_file_change';

/** The last word on each channel and topic, with its evidence; and taking down a new one. */
export function Consents({ id }: { id: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('customers.write');
  const [word, setWord] = useState({ channel: '', topic: '', granted: true, evidence: '' });
  const path = { person_id: id };
  const query = useQuery({
    queryKey: ['desk', 'consents', id],
    queryFn: () => must(api.GET('/v1/customers/{person_id}/consents', { params: { path } })),
  });
  const save = useFileChange(() =>
    must(api.POST('/v1/customers/{person_id}/consents', { params: { path }, body: word })),
  );
  const field = (name: 'channel' | 'topic' | 'evidence', hint?: string) => (
    <Form.Item label={t(`customer.consent_${name}`)} htmlFor={`consent-${name}`} extra={hint}>
      <Input
        id={`consent-${name}`}
        value={word[name]}
        onChange={({ target }) => setWord({ ...word, [name]: target.value })}
      />
    </Form.Item>
  );
  return (
    <div className="stack">
      {mayWrite ? <PreferencesLink id={id} /> : null}
      <Loaded query={query}>
        {({ consents }) =>
          consents.length === 0 ? (
            <p className="quiet">{t('customer.consent_none')}</p>
          ) : (
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('customer.consent_channel')}</th>
                  <th>{t('customer.consent_topic')}</th>
                  <th>{t('customer.consent_state')}</th>
                  <th>{t('customer.consent_evidence')}</th>
                </tr>
              </thead>
              <tbody>
                {consents.map((one) => (
                  <tr key={`${one.channel} ${one.topic}`}>
                    <td>{one.channel}</td>
                    <td>{one.topic || t('customer.consent_all_topics')}</td>
                    <td className="nowrap">
                      <Mark kind={one.granted ? 'good' : 'bad'}>
                        {one.granted
                          ? t('customer.consent_granted')
                          : t('customer.consent_withdrawn')}
                      </Mark>
                    </td>
                    <td>
                      {one.evidence}{' '}
                      <span className="quiet">
                        {one.source}
                        {one.at ? ` · ${format.dateTime(one.at)}` : ''}
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
      {mayWrite ? (
        <Section title={t('customer.consent_take')}>
          <Form layout="vertical" onFinish={() => save.mutate(undefined)}>
            {field('channel', t('customer.consent_channel_hint'))}
            {field('topic')}
            <Form.Item>
              <Radio.Group
                aria-label={t('customer.consent_state')}
                value={word.granted}
                onChange={({ target }) => setWord({ ...word, granted: target.value as boolean })}
                options={[
                  { value: true, label: t('customer.consent_granted') },
                  { value: false, label: t('customer.consent_withdrawn') },
                ]}
              />
            </Form.Item>
            {field('evidence', t('customer.consent_evidence_hint'))}
            <Button
              htmlType="submit"
              disabled={!word.channel.trim() || !word.evidence.trim()}
              loading={save.isPending}
            >
              {t('customer.consent_save')}
            </Button>
          </Form>
        </Section>
      ) : null}
    </div>
  );
}
