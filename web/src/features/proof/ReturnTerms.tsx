import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { ReturnTerms as Terms } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { minorDigits } from '@/shared/format';
import { useFormat } from '@/shared/use_format';
import { Labelled } from './Labelled';

/** Which part of revenue stays, and what messages cost. */
export function ReturnTerms({ terms }: { terms: Terms }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const unit = 10 ** minorDigits(format.currency);
  const [margin, setMargin] = useState(terms.margin_share * 100);
  const [message, setMessage] = useState(terms.message_cost_per_1000_minor / unit);
  const [channel, setChannel] = useState(terms.channel_trait);
  const save = useMutation({
    mutationFn: () =>
      must(
        api.PUT('/v1/returns/terms', {
          body: {
            margin_share: margin / 100,
            message_cost_per_1000_minor: Math.round(message * unit),
            channel_trait: channel,
          },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['returns'] }),
  });
  return (
    <Section title={t('returns.terms')}>
      {terms.set ? null : <Alert type="warning" showIcon message={t('returns.no_terms')} />}
      {save.isError ? <ProblemView error={save.error} /> : null}
      <div className="row" style={{ flexWrap: 'wrap', marginTop: 8 }}>
        <span>{t('returns.margin')}</span>
        <Labelled unit="%">
          <NumberInput
            aria-label={t('returns.margin')}
            min={1}
            max={100}
            value={margin}
            onChange={(next) => setMargin(next ?? 100)}
            style={{ width: 80 }}
          />
        </Labelled>
        <span>{t('returns.message_cost')}</span>
        <Labelled unit={format.currency}>
          <NumberInput
            aria-label={t('returns.message_cost')}
            min={0}
            max={1_000_000}
            value={message}
            onChange={(next) => setMessage(next ?? 0)}
            style={{ width: 110 }}
          />
        </Labelled>
        <span>{t('returns.channel_trait')}</span>
        <Input
          aria-label={t('returns.channel_trait')}
          value={channel}
          maxLength={200}
          onChange={({ target }) => setChannel(target.value)}
          style={{ width: 180 }}
        />
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          {t('do.save')}
        </Button>
      </div>
    </Section>
  );
}
