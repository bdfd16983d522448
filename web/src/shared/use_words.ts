// Words of the contract (stages, cells, verdicts …) in the language of the console.
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

export type WordKind =
  | 'stage'
  | 'no_rule'
  | 'occurrence'
  | 'stage_rule'
  | 'cell'
  | 'verdict'
  | 'proof_verdict'
  | 'proof_why'
  | 'proof_measure'
  | 'measure_kind'
  | 'experiment_state'
  | 'hold_out_scope'
  | 'goal_measure'
  | 'standing'
  | 'pays'
  | 'return_kind'
  | 'return_why'
  | 'campaign_state'
  | 'import_state'
  | 'import_kind'
  | 'field'
  | 'role'
  | 'key_kind'
  | 'industry'
  | 'measure'
  | 'timeline_kind'
  | 'event_type'
  | 'consent'
  | 'identity'
  | 'bond'
  | 'trait_op'
  | 'arm'
  | 'note'
  | 'audit_action'
  | 'send_reason'
  | 'problem_code'
  | 'op'
  | 'fact'
  | 'segment_op'
  | 'segment_measure'
  | 'segment_reason'
  | 'segment_which'
  | 'segment_window'
  | 'units'
  | 'range'
  | 'breakdown'
  | 'property_type'
  | 'trends_measure'
  | 'distribution_measure'
  | 'show'
  | 'compare'
  | 'order'
  | 'semantics'
  | 'semantics_rule'
  | 'counting'
  | 'counted'
  | 'time'
  | 'touch'
  | 'windows'
  | 'model'
  | 'plan'
  | 'answer_warning'
  | 'trace'
  | 'churn_column'
  | 'churn_kind'
  | 'ets_form'
  | 'forecast_fault'
  | 'tier'
  | 'purchase_model'
  | 'value_fault'
  | 'cap_every'
  | 'amount_kind'
  | 'rounding'
  | 'level_measure'
  | 'level_window'
  | 'level_reason'
  | 'privilege'
  | 'account'
  | 'posting_kind'
  | 'coupon_kind'
  | 'coupon_state'
  | 'approval_state'
  | 'reward_kind'
  | 'reward_state'
  | 'reward_move'
  | 'referral_state'
  | 'referral_reason'
  | 'referral_mark'
  | 'webhook_state'
  | 'webhook_fault'
  | 'prize_kind'
  | 'own_rule';

/** Gives (kind, word) → text. A word that the catalogue does not have stands for itself. */
export function useWords() {
  const { i18n } = useTranslation();
  return useCallback(
    (kind: WordKind, word: string): string => {
      const found: unknown = i18n.getResource(
        i18n.language,
        'translation',
        `words.${kind}.${word.replaceAll('.', '_')}`,
      );
      return typeof found === 'string' ? found : word;
    },
    [i18n, i18n.language],
  );
}
