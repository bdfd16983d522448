import { Dropdown, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { LoyaltyRule, RuleMultiplier } from '@/api/types';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { AddPart, Parts } from '../Parts';
import { MultiplierDetail } from './MultiplierDetail';
import {
  kMostMultipliers,
  kMultiplierKinds,
  newMultiplier,
  together,
  type MultiplierKind,
  type Stacking,
} from './rule_draft';

const kStackings: readonly Stacking[] = ['multiply', 'add', 'best'];

interface Props {
  value: LoyaltyRule;
  onChange: (rule: LoyaltyRule) => void;
}

/** How those that apply come together, with the rule's own numbers as the example. */
function StackingPick({ value, onChange }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const format = useFormat();
  const stacking = value.stacking ?? 'multiply';
  const times = (value.multipliers ?? [])
    .filter(({ kind }) => kind !== 'level')
    .map(({ percent = 100 }) => percent / 100);
  const shown = times.length > 1 ? times : [3, 1.5];
  return (
    <>
      <div className="row" style={{ marginTop: 8 }}>
        <span>{t('rule_form.stacking')}</span>
        <Select<Stacking>
          aria-label={t('rule_form.stacking')}
          popupMatchSelectWidth={false}
          value={stacking}
          onChange={(next) => onChange({ ...value, stacking: next })}
          options={kStackings.map((one) => ({ value: one, label: word('stacking', one) }))}
        />
        <span className="quiet">
          {t('rule_form.stacking_example', {
            parts: shown.map((one) => `× ${format.count(one, 2)}`).join(t('rule.comma')),
            all: format.count(together(shown, stacking), 2),
          })}
        </span>
      </div>
      <ol className="steps" aria-label={t('rule_form.order')} style={{ marginTop: 8 }}>
        {(['amount', 'multipliers', 'rounding', 'caps'] as const).map((step) => (
          <li key={step}>{t(`rule_form.step_${step}`)}</li>
        ))}
      </ol>
    </>
  );
}

/** More points for some people, orders or times, and how several of them come together. */
export function MultipliersEditor({ value, onChange }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const multipliers = value.multipliers ?? [];
  const put = (next: RuleMultiplier[]) => onChange({ ...value, multipliers: next });
  return (
    <>
      <Parts
        at="multipliers"
        numbered
        values={multipliers}
        onChange={put}
        removeLabel={(i) => t('rule_form.remove_multiplier', { n: i + 1 })}
        add={
          multipliers.length < kMostMultipliers ? (
            <Dropdown
              trigger={['click']}
              menu={{
                items: kMultiplierKinds.map((kind) => ({
                  key: kind,
                  label: word('multiplier', kind),
                })),
                onClick: ({ key }) => put([...multipliers, newMultiplier(key as MultiplierKind)]),
              }}
            >
              <span>
                <AddPart name={t('rule_form.multiplier')} onClick={() => undefined} />
              </span>
            </Dropdown>
          ) : (
            <p className="quiet small">{t('rule_form.most_multipliers')}</p>
          )
        }
      >
        {(one, set, i) => (
          <>
            <span style={{ minWidth: 110 }}>{word('multiplier', one.kind)}</span>
            {one.kind === 'level' ? (
              <span className="quiet">{t('rule_form.level_says')}</span>
            ) : (
              <NeededNumber
                aria-label={t('rule_form.multiplier_times', { n: i + 1 })}
                min={0}
                max={1_000}
                prefix="×"
                style={{ width: 90 }}
                unit={100}
                precision={2}
                value={one.percent ?? 100}
                onChange={(percent) => set({ ...one, percent })}
              />
            )}
            <MultiplierDetail value={one} onChange={set} />
          </>
        )}
      </Parts>
      {multipliers.length > 0 ? <StackingPick value={value} onChange={onChange} /> : null}
    </>
  );
}
