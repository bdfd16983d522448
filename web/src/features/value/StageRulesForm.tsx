import { Button, Form } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ValueRules } from '@/api/value_types';
import { FormProblem } from '@/shared/form/FormProblem';
import { Loaded } from '@/shared/Loaded';
import { NumberItem } from '@/shared/form/NumberItem';
import { useRight } from '@/shared/session';
import { GroupFields } from './GroupFields';
import { useRules } from './use_rules';

type Stages = NonNullable<ValueRules['stages']>;
type Limit = Exclude<keyof Stages, 'gap_groups' | 'gap_segments'>;
const kFields: readonly [Limit, number, number][] = [
  ['new_days', 0, 3650],
  ['loyal_orders', 1, 3650],
  ['rhythm_orders', 2, 3650],
  ['silent_gaps', 1, 100],
  ['churned_gaps', 1, 100],
  ['silent_days', 1, 3650],
  ['churned_days', 1, 3650],
  ['max_churned_days', 1, 3650],
  ['prior_gaps', 0, 100],
];

/** When somebody is new, loyal, silent or churned. */
export function StageRulesForm() {
  const { t } = useTranslation();
  const mayWrite = useRight('insights.write');
  const { query, saving } = useRules();
  return (
    <Loaded query={query}>
      {(rules) => (
        <Form<Stages>
          layout="vertical"
          style={{ maxWidth: 480 }}
          disabled={!mayWrite}
          requiredMark={false}
          initialValues={rules.stages ?? {}}
          onFinish={(stages) =>
            saving.mutate({
              stages: {
                ...stages,
                gap_segments: stages.gap_groups === 'sets' ? (stages.gap_segments ?? []) : [],
              },
            })
          }
        >
          {kFields.map(([name, min, max]) => (
            <NumberItem
              key={name}
              name={name}
              label={t(`rules.${name}`)}
              extra={name === 'prior_gaps' ? t('rules.prior_gaps_hint') : undefined}
              min={min}
              max={max}
            />
          ))}
          <GroupFields
            groups="gap_groups"
            sets="gap_segments"
            words={['all', 'tier', 'country', 'sets']}
            label={t('rules.gap_groups')}
            hint={t('rules.gap_groups_hint')}
          />
          <FormProblem error={saving.error} />
          {mayWrite ? (
            <Button type="primary" htmlType="submit" loading={saving.isPending}>
              {t('do.save')}
            </Button>
          ) : null}
        </Form>
      )}
    </Loaded>
  );
}
