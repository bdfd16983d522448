// A set of people in human words.
import { useTranslation } from 'react-i18next';
import { parseSet } from './set_words';
import { useTagWord } from './tag_words';
import { useWords } from './use_words';

/** `nameOf`: how campaigns and segments are called; one without a name is called by its id. */
export function useSetSentence() {
  const { t } = useTranslation();
  const word = useWords();
  const tagWord = useTagWord();
  return (text: string, nameOf: (id: string) => string = (id) => id): string => {
    const set = parseSet(text);
    switch (set.kind) {
      case 'stage':
        return t('set.stage', { stage: word('stage', set.stage) });
      case 'cell':
        return t('set.cell', { cell: word('cell', set.cell) });
      case 'rfm':
        return t('set.rfm', { scores: set.scores });
      case 'churn':
        return t('set.churn', { from: 20 * (set.band - 1), to: 20 * set.band });
      case 'health':
        return t('set.health', { light: word('light', set.light) });
      case 'growth':
        return t('set.growth', { growth: word('growth', set.growth) });
      case 'left_period':
        return t('set.left_period', { period: word('left_period', set.period) });
      case 'left':
        return t('set.left', { month: set.month });
      case 'uplift':
        return t('set.uplift');
      case 'left_why':
        return t('set.left_why');
      case 'tier':
        return t('set.tier', { tier: word('tier', set.tier) });
      case 'flow':
        return t('set.flow', {
          month: set.month,
          from: word('stage', set.from),
          to: word('stage', set.to),
        });
      case 'moved':
        return t('set.moved', {
          count: set.months,
          from: set.from === 'none' ? t('rfm.no_customer') : word('cell', set.from),
          to: set.to === 'none' ? t('rfm.no_customer') : word('cell', set.to),
        });
      case 'clv':
        return t(`set.clv_${set.what}`, { n: set.n });
      case 'activity':
        if (set.what === 'new') return t('set.activity_new', { label: set.label });
        if (set.what === 'repeat') return t('set.activity_repeat', { label: set.label });
        return t('set.activity_customers', { label: set.label });
      case 'rate':
        if (set.what === 'start') return t('set.rate_start', { label: set.label });
        if (set.what === 'end') return t('set.rate_end', { label: set.label });
        if (set.what === 'new') return t('set.rate_new', { label: set.label });
        if (set.what === 'lost') return t('set.rate_lost', { label: set.label });
        return t('set.rate_kept', { label: set.label });
      case 'triangle':
        return set.offset === 0
          ? t('set.triangle_first', { label: set.label })
          : t('set.triangle', {
              label: set.label,
              count: set.offset,
              unit: t(`by.${set.by === 'day' || set.by === 'week' ? set.by : 'month'}`),
            });
      case 'campaign_verdict':
        return t('set.campaign_verdict', {
          name: nameOf(set.campaign),
          verdict: word('verdict', set.verdict),
        });
      case 'campaign_arm':
        return t('set.campaign_arm', {
          name: nameOf(set.campaign),
          arm: word('arm', set.arm),
        });
      case 'campaign_ordered':
        return t('set.campaign_ordered', {
          name: nameOf(set.campaign),
          arm: word('arm', set.arm),
          days: set.days,
        });
      case 'experiment_arm':
        return t('set.experiment_arm', { name: set.experiment, arm: word('arm', set.arm) });
      case 'experiment_did':
        return t('set.experiment_did', {
          name: set.experiment,
          arm: word('arm', set.arm),
          measure: word('proof_measure', set.measure),
        });
      case 'experiment_mixed':
        return t('set.experiment_mixed', { name: set.experiment });
      case 'hold_out':
        return t('set.hold_out');
      case 'hold_out_treated':
        return t('set.hold_out_treated');
      case 'goal': {
        const { month, who } = set;
        if (who === 'answered') return t('set.goal', { month, who: t('set.goal_answered') });
        if (who === 'complained') return t('set.goal', { month, who: t('set.goal_complained') });
        return t('set.goal', { month, who: word('goal_part', who) });
      }
      case 'level':
        return t('set.level', { level: set.level });
      case 'tag':
        // A word that is not plain stands in a set as its fingerprint.
        return t(set.word.startsWith('~') ? 'set.tag_some' : 'set.tag', {
          tag: word('fact', set.tag),
          word: tagWord(set.tag, set.word),
        });
      case 'people':
        return t('set.people');
      case 'segment':
        return t('set.segment', { name: nameOf(set.id) });
      case 'preview':
        return t('set.preview');
      default:
        return set.text;
    }
  };
}
