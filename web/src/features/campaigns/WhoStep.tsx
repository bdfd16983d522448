import { Checkbox, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { AudienceCount, Stage } from '@/api/types';
import { kCells } from '@/shared/cells';
import { kStages } from '@/shared/colors';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import type { AudienceCountQuery } from './audience_count';
import { AudienceWords } from './AudienceWords';
import type { StepProps } from './Composer';
import { isChosen } from './draft';

function Counted({ count }: { count: AudienceCount }) {
  const { t } = useTranslation();
  const format = useFormat();
  const facts: [string, number][] = [
    [t('campaign.reachable'), count.reachable],
    [t('campaign.no_address'), count.no_address],
    [t('campaign.unsubscribed'), count.unsubscribed],
    [t('campaign.duplicate_address'), count.duplicate_address],
    [t('campaign.global_hold_out'), count.global_hold_out],
  ];
  return (
    <div aria-live="polite">
      <div className="figure mid">
        {t('unit.people', { n: format.count(count.people), count: count.people })}
      </div>
      <dl className="facts" style={{ marginTop: 8 }}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{format.count(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

export function WhoStep({ draft, change, count }: StepProps & { count: AudienceCountQuery }) {
  const { t } = useTranslation();
  const word = useWords();
  const { audience } = draft;
  const { stages = [], cells = [] } = audience;
  return (
    <div className="composer">
      <div>
        <label style={{ display: 'grid', gap: 4, maxWidth: 480, marginBottom: 16 }}>
          <b>{t('campaign.name')}</b>
          <Input
            value={draft.name}
            maxLength={200}
            placeholder={t('campaign.name_example')}
            onChange={(event) => change({ name: event.target.value })}
          />
        </label>
        <Section title={t('campaign.stages')}>
          <Checkbox.Group
            value={stages}
            onChange={(values) => change({ audience: { ...audience, stages: values as Stage[] } })}
            options={kStages.map((value) => ({ value, label: word('stage', value) }))}
          />
        </Section>
        <Section title={t('campaign.cells')}>
          <p className="quiet">{t('campaign.cells_hint')}</p>
          <Checkbox.Group
            value={cells}
            onChange={(values) => change({ audience: { ...audience, cells: values } })}
            options={kCells.map((value) => ({ value, label: word('cell', value) }))}
          />
        </Section>
      </div>
      <aside className="notice">
        <p>
          <b>{t('campaign.to_whom')}</b> <AudienceWords audience={audience} />
        </p>
        {isChosen(audience) ? (
          <Loaded query={count} rows={4}>
            {(answer) => <Counted count={answer} />}
          </Loaded>
        ) : (
          <p className="quiet">{t('campaign.choose_someone')}</p>
        )}
      </aside>
    </div>
  );
}
