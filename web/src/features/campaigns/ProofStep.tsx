import { Button, Slider } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '@/shared/Loaded';
import { NumberInput } from '@/shared/NumberInput';
import { useFormat } from '@/shared/use_format';
import type { AudienceCountQuery } from './audience_count';
import type { StepProps } from './Composer';
import { isChosen, type Step } from './draft';
import { Power } from './Power';
import { SendDialog } from './SendDialog';

interface Props extends StepProps {
  count: AudienceCountQuery;
  missing: Step[];
  save: () => Promise<string>;
}

export function ProofStep({ draft, change, count, missing, save }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [asking, setAsking] = useState(false);
  // Numbers of another hold-out stand there until those of this one are in: they must not be sent.
  const old = count.isPlaceholderData;
  return (
    <div className="composer">
      <div className="stack">
        <div>
          <b>{t('campaign.hold_out')}</b>
          <p className="quiet">{t('campaign.hold_out_hint')}</p>
          <div className="row wide">
            <Slider
              min={0}
              max={90}
              step={5}
              value={draft.hold_out_percent}
              onChange={(value) => change({ hold_out_percent: value })}
              ariaLabelForHandle={t('campaign.hold_out')}
              style={{ width: 320 }}
            />
            <NumberInput
              min={0}
              max={90}
              value={draft.hold_out_percent}
              onChange={(value) => change({ hold_out_percent: value ?? 0 })}
              addonAfter={t('unit.percent')}
              aria-label={t('campaign.hold_out')}
              style={{ width: 120 }}
            />
          </div>
        </div>
        <div>
          <b>{t('campaign.result_days')}</b>
          <p className="quiet">{t('campaign.result_days_hint')}</p>
          <NumberInput
            min={1}
            max={730}
            value={draft.result_days ?? 30}
            onChange={(value) => change({ result_days: value ?? 30 })}
            addonAfter={t('unit.days_word')}
            aria-label={t('campaign.result_days')}
            style={{ width: 140 }}
          />
        </div>
        {isChosen(draft.audience) ? (
          <Loaded query={count} rows={2}>
            {(answer) => <Power count={answer} draft={draft} />}
          </Loaded>
        ) : null}
      </div>
      <aside className="notice stack tight">
        {count.data && isChosen(draft.audience) ? (
          <dl className="facts" aria-busy={old}>
            <dt>{t('campaign.will_get')}</dt>
            <dd>
              <b>{format.count(count.data.reachable - count.data.held_out)}</b>
            </dd>
            <dt>{t('campaign.will_wait')}</dt>
            <dd>
              <b>{format.count(count.data.held_out)}</b>
            </dd>
            <dt>{t('campaign.not_reachable')}</dt>
            <dd>{format.count(count.data.people - count.data.reachable)}</dd>
          </dl>
        ) : null}
        {missing.length ? (
          <p className="bad">
            {t('campaign.lacking', {
              list: missing.map((step) => t(`campaign.step_${step}`)).join(t('list.separator')),
            })}
          </p>
        ) : null}
        <Button
          type="primary"
          disabled={missing.length > 0 || !count.data || old || count.data.reachable === 0}
          onClick={() => setAsking(true)}
        >
          {t('campaign.send')}
        </Button>
        {count.data ? (
          <SendDialog
            open={asking}
            close={() => setAsking(false)}
            draft={draft}
            count={count.data}
            save={save}
          />
        ) : null}
      </aside>
    </div>
  );
}
