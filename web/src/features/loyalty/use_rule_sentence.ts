import { useTranslation } from 'react-i18next';
import type { LoyaltyRule, Programme, RuleTier } from '@/api/types';
import { useFormat } from '@/shared/use_format';
import { useSegmentName } from '@/shared/use_segments';
import { useWords } from '@/shared/use_words';
import { partsOf, triggersOf, type Part, type Trigger } from './rule_words';

/** What a rule gives, as a sentence in the language of the console. */
export function useRuleSentence() {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const segmentName = useSegmentName();
  const tier = ({ from_minor, points, per_minor }: RuleTier) =>
    t(per_minor ? 'rule.tier_per' : 'rule.tier_once', {
      from: format.money(from_minor),
      points: format.count(points),
      money: format.money(per_minor),
    });
  const said = (part: Part) => {
    const { key, points, minor, times, every, name, rounding, tiers, from, to } = part;
    return t(`rule.${key}`, {
      points: format.count(points),
      money: format.money(minor),
      times: format.count(times, 2),
      every: word('cap_every', every ?? 'total'),
      name: key === 'segment' ? segmentName(name ?? '') : (name ?? ''),
      rounding: word('rounding', rounding ?? 'down'),
      tiers: (tiers ?? []).map(tier).join(t('rule.semicolon')),
      from: from ? format.dateTime(from) : '…',
      to: to ? format.dateTime(to) : '…',
    });
  };
  return (rule: LoyaltyRule): string => partsOf(rule).map(said).join(t('rule.comma'));
}

/** A whole rule in plain words: what has to happen, what it gives, and of which points. */
export function useWholeRule(programme: Programme) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const gives = useRuleSentence();
  const text = (value: unknown): string => {
    if (Array.isArray(value)) return value.map(text).join(t('rule.or'));
    if (typeof value === 'number') return format.count(value, 2);
    if (typeof value === 'boolean') return word('yes_no', String(value));
    return value === undefined || value === null || value === '' ? '…' : String(value);
  };
  const happens = ({ event, when, times }: Trigger) => {
    const conditions = when.map(({ property, op = 'eq', value }) =>
      t(op === 'exists' ? 'rule.condition_exists' : 'rule.condition', {
        property: property || '…',
        op: word('rule_op', op),
        value: text(value),
      }),
    );
    const name = t(times > 1 ? 'rule.happens_often' : 'rule.happens', {
      event: event || '…',
      n: format.count(times),
    });
    return conditions.length > 0
      ? t('rule.happens_where', { event: name, conditions: conditions.join(t('rule.and')) })
      : name;
  };
  return (rule: LoyaltyRule): string => {
    const first = programme.currencies[0];
    const currency = programme.currencies.find(({ code }) => code === rule.currency) ?? first;
    const stacked = (rule.multipliers ?? []).length > 1;
    const values = {
      what: triggersOf(rule).map(happens).join(t('rule.and')) || '…',
      gives: gives(rule),
      every: word('mission_every', rule.mission_every ?? 'total'),
      currency: currency?.name ?? currency?.code ?? '',
    };
    return [
      t(rule.event ? 'rule.whole_event' : 'rule.whole_mission', values),
      ...(stacked
        ? [t('rule.stacked', { how: word('stacking', rule.stacking ?? 'multiply') })]
        : []),
      ...(rule.enabled ? [] : [t('rule.is_off')]),
    ].reduce((first, second) => t('rule.then', { first, second }));
  };
}
