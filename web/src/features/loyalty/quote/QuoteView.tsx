import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { useWorkspace } from '@/shared/session';
import { RuleSteps } from './RuleSteps';
import { Spend } from './Spend';

interface Props {
  programme: Programme;
  person: number;
}

/** What an order of so much would earn this person and what points could pay of it, and why. */
export function QuoteView({ programme, person }: Props) {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  const [amount, setAmount] = useState<number | null>(100);
  const [items, setItems] = useState<number | null>(1);
  const ask = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/quote', {
          params: { path: { programme: programme.id } },
          body: { person, amount_minor: Math.round((amount ?? 0) * 100), items: items ?? 1 },
        }),
      ),
  });
  const name = (code: string) =>
    programme.currencies.find((one) => one.code === code)?.name ?? code;
  return (
    <>
      <p className="quiet">{t('quote.lead')}</p>
      <div className="row" style={{ flexWrap: 'wrap', marginBottom: 12 }}>
        <NumberInput
          aria-label={t('quote.amount')}
          min={0}
          precision={2}
          prefix={currency}
          style={{ width: 170 }}
          value={amount}
          onChange={setAmount}
        />
        <NumberInput
          aria-label={t('quote.items')}
          min={1}
          precision={0}
          suffix={t('quote.items')}
          style={{ width: 130 }}
          value={items}
          onChange={setItems}
        />
        <Button disabled={amount === null} loading={ask.isPending} onClick={() => ask.mutate()}>
          {t('quote.do')}
        </Button>
      </div>
      {ask.isError ? <ProblemView error={ask.error} /> : null}
      {ask.data ? (
        <>
          <h3>{t('quote.earns')}</h3>
          {ask.data.earns.length === 0 ? <p className="quiet">{t('quote.earns_nothing')}</p> : null}
          {[...ask.data.earns, ...ask.data.nothing].map((one) => (
            <RuleSteps key={one.rule} one={one} currency={name(one.currency)} />
          ))}
          <h3>{t('quote.spends')}</h3>
          {ask.data.spends.map((one) => (
            <Spend key={one.currency} one={one} currency={name(one.currency)} />
          ))}
        </>
      ) : null}
    </>
  );
}
