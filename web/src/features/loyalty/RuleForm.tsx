import { Input, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { LoyaltyRule, Programme } from '@/api/types';
import { Section } from '@/shared/Section';
import { FormRow } from './FormRow';
import './loyalty.css';
import { CapsEditor } from './rule/CapsEditor';
import { MultipliersEditor } from './rule/MultipliersEditor';
import { PointsTerms } from './rule/PointsTerms';
import { isMission } from './rule/rule_draft';
import { StreakEditor } from './rule/StreakEditor';
import { TriggerEditor } from './rule/TriggerEditor';
import { RuleAmount } from './RuleAmount';

interface Props {
  programme: Programme;
  value: LoyaltyRule;
  onChange: (rule: LoyaltyRule) => void;
}

/** All parts of a rule, in the order in which they are worked out. */
export function RuleForm({ programme, value, onChange }: Props) {
  const { t } = useTranslation();
  const set = (part: Partial<LoyaltyRule>) => onChange({ ...value, ...part });
  return (
    <div className="rule-form">
      <Section title={t('loyalty.rule')}>
        <FormRow name={t('proof.name')} at="name">
          <Input
            aria-label={t('proof.name')}
            maxLength={100}
            value={value.name}
            onChange={({ target }) => set({ name: target.value })}
            style={{ maxWidth: 340 }}
          />
        </FormRow>
        <FormRow name={t('loyalty.enabled')}>
          <Switch
            aria-label={t('loyalty.enabled')}
            checked={value.enabled}
            onChange={(enabled) => set({ enabled })}
          />
        </FormRow>
      </Section>
      <Section title={t('rule_form.when')}>
        <TriggerEditor value={value} onChange={onChange} />
      </Section>
      <Section title={t('rule_form.amount')}>
        <RuleAmount amount={value.amount} onChange={(amount) => set({ amount })} />
      </Section>
      <Section title={t('rule_form.multipliers')}>
        <MultipliersEditor value={value} onChange={onChange} />
      </Section>
      <Section title={t('rule_form.caps')}>
        <CapsEditor value={value} onChange={onChange} />
      </Section>
      {isMission(value) ? null : (
        <Section title={t('rule_form.streak_title')}>
          <StreakEditor value={value} onChange={onChange} />
        </Section>
      )}
      <Section title={t('rule_form.terms')}>
        <PointsTerms programme={programme} value={value} onChange={onChange} />
      </Section>
    </div>
  );
}
