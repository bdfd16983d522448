import { useTranslation } from 'react-i18next';
import type { QuotedRule } from '@/api/ledger_types';
import { useFormat } from '@/shared/use_format';
import { useSegmentName } from '@/shared/use_segments';
import { useWords } from '@/shared/use_words';

interface Props {
  one: QuotedRule;
  currency: string;
}

/** How a rule comes to its points, step by step, or why it gives none. */
export function RuleSteps({ one, currency }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const segment = useSegmentName();
  const steps: string[] = [];
  if (one.reason === '' || one.base > 0) {
    steps.push(
      t('quote.base', {
        n: format.count(one.base),
        rounding: word('rounding', one.amount.rounding ?? 'down'),
      }),
    );
  }
  for (const { kind, percent = 100, applies, trait, segment: of } of one.multipliers) {
    const about = of ? segment(of) : (trait ?? '');
    const what = [word('multiplier', kind), about].filter(Boolean).join(' ');
    steps.push(
      applies
        ? t('quote.times', { what, times: format.count(percent / 100, 2) })
        : t('quote.not_now', { what }),
    );
  }
  if (one.multiplied !== one.base) {
    steps.push(
      t('quote.multiplied', {
        n: format.count(one.multiplied),
        how: word('stacking', one.stacking),
      }),
    );
  }
  for (const { every = 'total', points_left: points, times_left: times } of one.caps) {
    const period = word('cap_every', every);
    if (points != null)
      steps.push(t('quote.points_left', { n: format.count(points), every: period }));
    if (times != null) steps.push(t('quote.times_left', { n: format.count(times), every: period }));
  }
  if (one.cut_by) steps.push(word('quote_cut', one.cut_by));
  return (
    <div className="quoted">
      <b>{one.name || one.rule}</b>{' '}
      {one.reason === ''
        ? t('quote.gives', { n: format.count(one.points), currency })
        : t('quote.gives_nothing', {
            why: t(`words.quote_reason.${one.reason}`, { where: one.where }),
          })}
      {steps.length > 0 ? (
        <div className="quiet small">{steps.join(t('rule.semicolon'))}</div>
      ) : null}
      {one.reason === '' && one.expires_at ? (
        <div className="quiet small">
          {t('quote.until', { at: format.dateTime(one.expires_at) })}
        </div>
      ) : null}
    </div>
  );
}
