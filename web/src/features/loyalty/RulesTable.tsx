import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { LoyaltyRule, Programme } from '@/api/types';
import { Mark } from '@/shared/Mark';
import { eventsOf } from './rule_words';
import { useRuleSentence } from './use_rule_sentence';

/** Rules as sentences, each with what sets it off; a click opens its form and its dry run. */
export function RulesTable({ rules, programme }: { rules: LoyaltyRule[]; programme: Programme }) {
  const { t } = useTranslation();
  const sentence = useRuleSentence();
  const first = programme.currencies[0];
  const currency = (code: string | undefined) =>
    (programme.currencies.find((one) => one.code === code) ?? first)?.name;
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('loyalty.rule')}</th>
            <th>{t('loyalty.on')}</th>
            <th>{t('loyalty.gives')}</th>
            <th>{t('loyalty.currency')}</th>
            <th className="num">{t('loyalty.version')}</th>
            <th>{t('campaign.state')}</th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <tr key={rule.id}>
              <td>
                <Link to={`/loyalty/rules/${rule.id}?programme=${programme.id}`}>{rule.name}</Link>
              </td>
              <td>{eventsOf(rule).join(' + ')}</td>
              <td>{sentence(rule)}</td>
              <td>{currency(rule.currency)}</td>
              <td className="num">{rule.version}</td>
              <td>
                <Mark kind={rule.enabled ? 'good' : 'neutral'}>
                  {t(rule.enabled ? 'loyalty.enabled' : 'loyalty.disabled')}
                </Mark>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
