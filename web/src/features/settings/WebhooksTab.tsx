import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { WebhookWithSecret } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useAddress } from '@/shared/use_address';
import { SecretOnce } from '@/shared/SecretOnce';
import { WebhookActions } from './WebhookActions';
import { WebhookDeliveries } from './WebhookDeliveries';
import { WebhookForm } from './WebhookForm';
import { WebhooksTable } from './WebhooksTable';

const kNew = 'new';

/** Addresses of other systems that are told of events, and what was sent to them. */
export default function WebhooksTab() {
  const { t } = useTranslation();
  const address = useAddress();
  const [made, setMade] = useState<WebhookWithSecret>();
  const query = useQuery({
    queryKey: ['webhooks'],
    queryFn: () => must(api.GET('/v1/webhooks')),
  });
  const asked = address.text('webhook');
  const show = (hook: WebhookWithSecret) => {
    setMade(hook);
    address.change({ webhook: hook.id });
  };
  return (
    <div className="stack">
      <div className="row">
        <span className="quiet grow">{t('webhook.hint')}</span>
        <Button type="primary" onClick={() => address.change({ webhook: kNew })}>
          {t('webhook.new')}
        </Button>
      </div>
      <Loaded query={query}>
        {({ webhooks, reach }) => {
          const chosen = webhooks.find(({ id }) => id === asked);
          return (
            <>
              {reach === 'public' ? <Alert type="info" message={t('webhook.public_only')} /> : null}
              {asked === kNew ? (
                <Section title={t('webhook.new')}>
                  <WebhookForm onMade={show} />
                </Section>
              ) : null}
              {webhooks.length === 0 ? (
                <Empty title={t('webhook.none')} hint={t('webhook.none_hint')} />
              ) : (
                <WebhooksTable webhooks={webhooks} />
              )}
              {chosen ? (
                <>
                  <Section
                    title={t('webhook.deliveries', { name: chosen.name })}
                    aside={<WebhookActions hook={chosen} onSecret={show} />}
                  >
                    <WebhookDeliveries key={chosen.id} hook={chosen} />
                  </Section>
                  <Section title={t('webhook.change', { name: chosen.name })}>
                    <WebhookForm key={`${chosen.id}:${chosen.revision}`} hook={chosen} />
                  </Section>
                </>
              ) : null}
            </>
          );
        }}
      </Loaded>
      <Modal
        open={made !== undefined}
        title={t('webhook.secret', { name: made?.name ?? '' })}
        footer={null}
        onCancel={() => setMade(undefined)}
      >
        <SecretOnce text={made?.secret ?? ''} hint={t('webhook.secret_hint')} />
      </Modal>
    </div>
  );
}
