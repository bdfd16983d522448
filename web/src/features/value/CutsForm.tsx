import { Button, Form, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Rfm, ValueRules } from '@/api/value_types';
import { minorDigits } from '@/shared/format';
import { FormProblem } from '@/shared/form/FormProblem';
import { Loaded } from '@/shared/Loaded';
import { NumberItem } from '@/shared/form/NumberItem';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useRules } from './use_rules';

interface Fields {
  fixed: boolean;
  recency: number[];
  frequency: number[];
  monetary: number[];
}
const kKinds = ['recency', 'frequency', 'monetary'] as const;
const kScores = [2, 3, 4, 5];

/** Fixed cuts of RFM instead of fifths; those of the fifths now are where one begins. */
export function CutsForm({ rfm }: { rfm: Rfm }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('insights.write');
  const { query, saving } = useRules();
  const unit = 10 ** minorDigits(format.currency);
  const fields = ({ cuts }: ValueRules): Fields => ({
    fixed: Boolean(cuts),
    recency: cuts?.recency_days ?? rfm.breaks.recency_days.map(Math.round),
    frequency: cuts?.frequency ?? rfm.breaks.frequency.map(Math.round),
    monetary: (cuts?.monetary_minor ?? rfm.breaks.monetary_minor).map((one) => one / unit),
  });
  const save = (next: Fields) =>
    saving.mutate({
      cuts: next.fixed
        ? {
            recency_days: next.recency,
            frequency: next.frequency,
            monetary_minor: next.monetary.map((one) => Math.round(one * unit)),
          }
        : null,
    });
  return (
    <Loaded query={query}>
      {(rules) => (
        <Form<Fields>
          layout="vertical"
          disabled={!mayWrite}
          requiredMark={false}
          initialValues={fields(rules)}
          onFinish={(next) => save(next)}
        >
          <Form.Item
            name="fixed"
            label={t('rules.fixed')}
            extra={t('rules.fixed_hint')}
            valuePropName="checked"
          >
            <Switch />
          </Form.Item>
          {kKinds.map((kind) => (
            <Form.Item key={kind} label={t(`rules.${kind}`)}>
              <div style={{ display: 'flex', gap: 8 }}>
                {kScores.map((score, i) => (
                  <NumberItem
                    key={score}
                    name={[kind, i]}
                    noStyle
                    preserve
                    min={0}
                    aria-label={`${t(`rules.${kind}`)} · ${t('rules.score_n', { n: score })}`}
                  />
                ))}
              </div>
            </Form.Item>
          ))}
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
