import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Pagination, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Webhook, WebhookDelivery } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { ProblemView } from '@/shared/ProblemView';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { usePaging } from '@/shared/use_paging';
import { useWords } from '@/shared/use_words';

const kPage = 20;
const kLookAgain = 3_000;
const kStates = ['waiting', 'delivered', 'given_up'] as const;

function Row({ hook, one }: { hook: Webhook; one: WebhookDelivery }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/webhooks/{webhook}/deliveries/{delivery}/again', {
          params: { path: { webhook: hook.id, delivery: one.id } },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
  });
  return (
    <tr>
      <td className="nowrap">{format.dateTime(one.made_at)}</td>
      <td>
        {one.event}
        <details>
          <summary className="quiet small">{t('webhook.body')}</summary>
          <pre className="small" style={{ maxWidth: 520, overflow: 'auto' }}>
            {JSON.stringify(one.body, null, 2)}
          </pre>
        </details>
      </td>
      <td>
        {word('webhook_state', one.state)}
        {one.due_at && one.tries > 0 ? (
          <div className="quiet small">
            {t('webhook.next', { at: format.dateTime(one.due_at) })}
          </div>
        ) : null}
      </td>
      <td className="num">{format.count(one.tries)}</td>
      <td>{one.error || (one.status ? `HTTP ${one.status}` : '')}</td>
      <td>
        {again.isError ? <ProblemView error={again.error} /> : null}
        {one.state === 'waiting' && one.tries === 0 ? null : (
          <Button size="small" loading={again.isPending} onClick={() => again.mutate()}>
            {t('webhook.again')}
          </Button>
        )}
      </td>
    </tr>
  );
}

/** What was sent to an address and what it answered; what waits is looked at again. */
export function WebhookDeliveries({ hook }: { hook: Webhook }) {
  const { t } = useTranslation();
  const word = useWords();
  const address = useAddress();
  const paging = usePaging();
  const state = kStates.find((one) => one === address.text('state'));
  const page = address.number('page', 1);
  const query = useQuery({
    queryKey: ['webhooks', hook.id, 'deliveries', state, page],
    queryFn: () =>
      must(
        api.GET('/v1/webhooks/{webhook}/deliveries', {
          params: {
            path: { webhook: hook.id },
            query: { ...(state ? { state } : {}), limit: kPage, offset: (page - 1) * kPage },
          },
        }),
      ),
    refetchInterval: ({ state: { data } }) =>
      hook.enabled && data?.deliveries.some((one) => one.state === 'waiting') ? kLookAgain : false,
  });
  return (
    <>
      <Select
        aria-label={t('webhook.state')}
        value={state ?? ''}
        onChange={(next) => address.change({ state: next, page: null })}
        options={[
          { value: '', label: t('webhook.all_states') },
          ...kStates.map((value) => ({
            value: value as string,
            label: word('webhook_state', value),
          })),
        ]}
        style={{ minWidth: 160, marginBottom: 12 }}
      />
      <Loaded query={query} rows={3}>
        {({ total, deliveries }) =>
          total === 0 ? (
            <p className="quiet">{t('webhook.no_deliveries')}</p>
          ) : (
            <div className="scroll-x">
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t('webhook.made')}</th>
                    <th>{t('webhook.event')}</th>
                    <th>{t('webhook.state')}</th>
                    <th className="num">{t('webhook.tries')}</th>
                    <th>{t('webhook.answer')}</th>
                    <th aria-label={t('webhook.again')} />
                  </tr>
                </thead>
                <tbody>
                  {deliveries.map((one) => (
                    <Row key={one.id} hook={hook} one={one} />
                  ))}
                </tbody>
              </table>
              {total > kPage ? (
                <Pagination
                  {...paging}
                  size="small"
                  current={page}
                  pageSize={kPage}
                  total={total}
                  onChange={(next) => address.change({ page: next })}
                />
              ) : null}
            </div>
          )
        }
      </Loaded>
    </>
  );
}
