import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { ReturnTerms as Terms } from '@/api/types';
import { FieldFault, Fields } from '@/shared/form/Fields';
import { MoneyInput } from '@/shared/form/MoneyInput';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { SaveButton } from '@/shared/form/SaveButton';
import { Section } from '@/shared/Section';
import { Labelled } from './Labelled';

const kPlaces = ['margin_share', 'message_cost_per_1000_minor', 'channel_trait'] as const;

/** Which part of revenue stays, and what messages cost. */
export function ReturnTerms({ terms }: { terms: Terms }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [margin, setMargin] = useState(terms.margin_share * 100);
  const [message, setMessage] = useState(terms.message_cost_per_1000_minor);
  const [channel, setChannel] = useState(terms.channel_trait);
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/returns/terms', {
          body: {
            margin_share: margin / 100,
            message_cost_per_1000_minor: message,
            channel_trait: channel,
          },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['returns'] }),
  });
  return (
    <Section title={t('returns.terms')}>
      {terms.set ? null : <Alert type="warning" showIcon message={t('returns.no_terms')} />}
      <Fields error={save.error}>
        <div className="row" style={{ flexWrap: 'wrap', marginTop: 8 }}>
          <span>{t('returns.margin')}</span>
          <Labelled unit="%">
            <NeededNumber
              aria-label={t('returns.margin')}
              min={1}
              max={100}
              value={margin}
              onChange={setMargin}
              style={{ width: 80 }}
            />
          </Labelled>
          <span>{t('returns.message_cost')}</span>
          <MoneyInput
            aria-label={t('returns.message_cost')}
            max={1e8}
            value={message}
            onChange={setMessage}
          />
          <span>{t('returns.channel_trait')}</span>
          <Input
            aria-label={t('returns.channel_trait')}
            value={channel}
            maxLength={200}
            onChange={({ target }) => setChannel(target.value)}
            style={{ width: 180 }}
          />
          <SaveButton type="default" save={save}>
            {t('do.save')}
          </SaveButton>
        </div>
        {kPlaces.map((at) => (
          <FieldFault key={at} at={at} />
        ))}
      </Fields>
    </Section>
  );
}
