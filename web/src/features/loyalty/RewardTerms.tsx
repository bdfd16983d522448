import { Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Programme, RewardDraft } from '@/api/types';
import { FormRow } from './FormRow';
import { useLevels } from './use_levels';
import { ValidRow } from './ValidRow';

interface Props {
  programme: Programme;
  draft: RewardDraft;
  change: (part: Partial<RewardDraft>) => void;
}

/** When a reward is offered, and to whom. */
export function RewardTerms({ programme, draft, change }: Props) {
  const { t } = useTranslation();
  const levels = useLevels(programme.id);
  return (
    <>
      <ValidRow value={draft} change={change} />
      <FormRow name={t('loyalty.levels')} at="levels">
        <Select
          mode="multiple"
          aria-label={t('loyalty.levels')}
          placeholder={t('reward.all_levels')}
          value={draft.levels ?? []}
          onChange={(next) => change({ levels: next })}
          options={(levels.data?.levels ?? []).map(({ code, name }) => ({
            value: code,
            label: name,
          }))}
          style={{ minWidth: 300 }}
        />
      </FormRow>
      <FormRow name={t('reward.offered')}>
        <Switch
          aria-label={t('reward.offered')}
          checked={draft.enabled ?? true}
          onChange={(enabled) => change({ enabled })}
        />
      </FormRow>
    </>
  );
}
