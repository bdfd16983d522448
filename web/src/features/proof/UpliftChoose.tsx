import { useMutation } from '@tanstack/react-query';
import { Button, Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { UpliftChoice } from '@/api/value_types';
import { minorDigits } from '@/shared/format';
import { NumberInput } from '@/shared/NumberInput';
import { People } from '@/shared/People';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { AmongSelect } from './AmongSelect';
import type { Asked } from './uplift';

interface Wish {
  among: string;
  value: number;
  cost: number;
  budget?: number | null;
  people?: number | null;
}

function Chosen({ choice }: { choice: UpliftChoice }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  if (choice.why || choice.by === null)
    return <p className="notice">{word('uplift_why', choice.why)}</p>;
  const money = (minor: number) => format.money(minor, { whole: true });
  const set = choice.people > 0 ? (choice.set ?? undefined) : undefined;
  return (
    <p className="notice" aria-live="polite">
      <People n={choice.people} set={set} /> ·{' '}
      {t('uplift.chosen', {
        n: format.count(choice.people),
        asked: format.count(choice.asked),
        by: word('learner', choice.by),
        cost: money(choice.cost_minor),
      })}{' '}
      {choice.value_minor === null || choice.net_minor === null
        ? t('uplift.not_offered')
        : t('uplift.expected', { value: money(choice.value_minor), net: money(choice.net_minor) })}
    </p>
  );
}

/** Whom to treat next within a budget; the people chosen open as a list. */
export function UpliftChoose({ asked }: { asked: Asked }) {
  const { t } = useTranslation();
  const format = useFormat();
  const unit = 10 ** minorDigits(format.currency);
  const choosing = useMutation({
    mutationFn: (wish: Wish) =>
      must(
        api.POST('/v1/uplift/choose', {
          body: {
            ...asked,
            among: wish.among,
            value_minor: Math.round(wish.value * unit),
            cost_minor: Math.round(wish.cost * unit),
            ...(wish.budget != null ? { budget_minor: Math.round(wish.budget * unit) } : {}),
            ...(wish.people != null ? { people: wish.people } : {}),
          },
        }),
      ),
  });
  return (
    <>
      <Form<Wish>
        layout="inline"
        requiredMark={false}
        style={{ rowGap: 12 }}
        initialValues={{ among: 'stage:silent', value: 100, cost: 1 }}
        onFinish={(wish) => choosing.mutate(wish)}
      >
        <Form.Item name="among" label={t('uplift.among')}>
          <AmongSelect />
        </Form.Item>
        <Form.Item name="value" label={t('uplift.value')} rules={[{ required: true }]}>
          <NumberInput min={0.01} />
        </Form.Item>
        <Form.Item name="cost" label={t('uplift.cost')} rules={[{ required: true }]}>
          <NumberInput min={0} />
        </Form.Item>
        <Form.Item name="budget" label={t('uplift.budget')}>
          <NumberInput min={0} />
        </Form.Item>
        <Form.Item name="people" label={t('uplift.people')}>
          <NumberInput min={1} precision={0} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={choosing.isPending}>
          {t('uplift.go')}
        </Button>
      </Form>
      {choosing.error ? <ProblemView error={choosing.error} /> : null}
      {choosing.data ? <Chosen choice={choosing.data} /> : null}
    </>
  );
}
