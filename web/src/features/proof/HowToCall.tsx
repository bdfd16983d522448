import { useTranslation } from 'react-i18next';
import type { Experiment } from '@/api/types';
import { Section } from '@/shared/Section';

/** How a product asks for an arm and says what was shown. */
export function HowToCall({ experiment }: { experiment: Experiment }) {
  const { t } = useTranslation();
  const body = JSON.stringify({ user_id: 'u1', experiments: [experiment.key] });
  const event = JSON.stringify({
    event: 'Experiment Viewed',
    userId: 'u1',
    properties: { experiment_id: experiment.key, variation_id: experiment.arms[0]?.key ?? '' },
  });
  return (
    <Section title={t('proof.call')}>
      <p className="quiet">{t('proof.call_hint')}</p>
      <pre className="code" tabIndex={0}>{`POST /v1/assign\n${body}`}</pre>
      <p className="quiet">{t('proof.call_event')}</p>
      <pre className="code" tabIndex={0}>{`POST /v1/track\n${event}`}</pre>
    </Section>
  );
}
