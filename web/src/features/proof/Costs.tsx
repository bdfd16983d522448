import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App, AutoComplete, Button, Input, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Return } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { Section } from '@/shared/Section';
import { minorDigits } from '@/shared/format';
import { useFormat } from '@/shared/use_format';
import { useNow } from '@/shared/use_now';
import { Labelled } from './Labelled';

const kShown = 50;
const kTouched = ['costs', 'returns', 'acquisition', 'goals'];

function useChange<T>(change: (input: T) => Promise<unknown>) {
  const client = useQueryClient();
  const { message } = App.useApp();
  return useMutation({
    mutationFn: change,
    onSuccess: () => kTouched.forEach((key) => void client.invalidateQueries({ queryKey: [key] })),
    onError: (error) => message.error(error.message),
  });
}

function NewCost({ returns }: { returns: readonly Return[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const [about, setAbout] = useState('');
  const [day, setDay] = useState(format.isoDay(now));
  const [amount, setAmount] = useState<number | null>(null);
  const [note, setNote] = useState('');
  const unit = 10 ** minorDigits(format.currency);
  const add = useChange(() =>
    must(
      api.POST('/v1/costs', {
        body: { about, day, amount_minor: Math.round((amount ?? 0) * unit), note },
      }),
    ),
  );
  const names = [
    ...returns.map((one) => ({ value: one.about, label: one.name })),
    { value: 'acquisition:', label: t('returns.of_channel') },
  ];
  return (
    <>
      {add.isError ? <ProblemView error={add.error} /> : null}
      <div className="row" style={{ flexWrap: 'wrap', marginBottom: 12 }}>
        <AutoComplete
          aria-label={t('returns.about')}
          placeholder={t('returns.about')}
          value={about}
          onChange={setAbout}
          options={names}
          style={{ width: 280 }}
        />
        <Input
          aria-label={t('returns.day')}
          value={day}
          onChange={(event) => setDay(event.target.value)}
          style={{ width: 120 }}
        />
        <Labelled unit={format.currency}>
          <NumberInput
            aria-label={t('goal.cost')}
            min={0}
            max={1_000_000_000}
            value={amount}
            onChange={setAmount}
            style={{ width: 120 }}
          />
        </Labelled>
        <Input
          aria-label={t('returns.note')}
          placeholder={t('returns.note')}
          value={note}
          maxLength={300}
          onChange={(event) => setNote(event.target.value)}
          style={{ width: 200 }}
        />
        <Button disabled={!about || !amount} loading={add.isPending} onClick={() => add.mutate(0)}>
          {t('returns.add')}
        </Button>
      </div>
    </>
  );
}

export function Costs({ returns, mayWrite }: { returns: readonly Return[]; mayWrite: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({
    queryKey: ['costs'],
    queryFn: () => must(api.GET('/v1/costs', { params: { query: { limit: kShown } } })),
  });
  const remove = useChange((id: string) =>
    must(api.DELETE('/v1/costs/{id}', { params: { path: { id } } })),
  );
  const nameOf = (about: string) => returns.find((one) => one.about === about)?.name ?? about;
  return (
    <Section title={t('returns.costs')}>
      {mayWrite ? <NewCost returns={returns} /> : null}
      <Loaded query={query}>
        {({ costs }) =>
          costs.length === 0 ? (
            <p className="quiet">{t('returns.no_costs')}</p>
          ) : (
            <table className="plain">
              <tbody>
                {costs.map((cost) => (
                  <tr key={cost.id}>
                    <td className="nowrap">{cost.day}</td>
                    <td>{nameOf(cost.about)}</td>
                    <td className="small">{cost.note}</td>
                    <td className="num">{format.money(cost.amount_minor)}</td>
                    <td className="num">
                      {mayWrite ? (
                        <Popconfirm
                          title={t('returns.remove_ask')}
                          okText={t('do.delete')}
                          cancelText={t('do.cancel')}
                          onConfirm={() => remove.mutate(cost.id)}
                        >
                          <Button size="small">{t('do.delete')}</Button>
                        </Popconfirm>
                      ) : null}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
      {query.data && query.data.total > kShown ? (
        <p className="quiet small">{t('returns.shown', { n: kShown, total: query.data.total })}</p>
      ) : null}
    </Section>
  );
}
