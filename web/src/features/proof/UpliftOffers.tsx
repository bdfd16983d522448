import { useMutation } from '@tanstack/react-query';
import { Button, Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { minorDigits } from '@/shared/format';
import { NumberInput } from '@/shared/NumberInput';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';
import { AmongSelect } from './AmongSelect';
import { OffersResult } from './OffersResult';
import { offersWish, type Action, type OffersForm } from './uplift';

const kMaxOffers = 10;

function OfferRow({
  name,
  actions,
  remove,
}: {
  name: number;
  actions: Action[];
  remove?: () => void;
}) {
  const { t } = useTranslation();
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', gap: 12 }}>
      <Form.Item name={[name, 'of']} label={t('uplift.of')} rules={[{ required: true }]}>
        <Select
          style={{ width: 280 }}
          options={actions.map(({ of, name: label }) => ({ value: of, label }))}
        />
      </Form.Item>
      <Form.Item name={[name, 'value']} label={t('uplift.value')} rules={[{ required: true }]}>
        <NumberInput min={0.01} />
      </Form.Item>
      <Form.Item name={[name, 'cost']} label={t('uplift.cost')} rules={[{ required: true }]}>
        <NumberInput min={0} />
      </Form.Item>
      <Form.Item name={[name, 'stock']} label={t('offers.stock')}>
        <NumberInput min={0} precision={0} />
      </Form.Item>
      {remove ? (
        <Form.Item label=" " colon={false}>
          <Button onClick={remove}>{t('offers.remove')}</Button>
        </Form.Item>
      ) : null}
    </div>
  );
}

/** Whom to treat next with which of several offers, under budget, stock and contact limits. */
export function UpliftOffers({ actions }: { actions: Action[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const unit = 10 ** minorDigits(format.currency);
  const choosing = useMutation({
    mutationFn: (form: OffersForm) =>
      must(api.POST('/v1/uplift/offers', { body: offersWish(form, actions, unit) })),
  });
  const fresh = { of: actions[0]?.of, value: 100, cost: 1 };
  return (
    <>
      <p className="quiet">{t('offers.how')}</p>
      <Form<OffersForm>
        layout="vertical"
        requiredMark={false}
        initialValues={{ among: 'stage:silent', offers: [fresh], days: 7 }}
        onFinish={(form) => choosing.mutate(form)}
      >
        <Form.List name="offers">
          {(fields, { add, remove }) => (
            <>
              {fields.map(({ key, name }) => (
                <OfferRow
                  key={key}
                  name={name}
                  actions={actions}
                  {...(fields.length > 1 ? { remove: () => remove(name) } : {})}
                />
              ))}
              {fields.length < kMaxOffers ? (
                <Button style={{ marginBottom: 16 }} onClick={() => add(fresh)}>
                  {t('offers.add')}
                </Button>
              ) : null}
            </>
          )}
        </Form.List>
        <div style={{ display: 'flex', flexWrap: 'wrap', gap: 12 }}>
          <Form.Item name="among" label={t('uplift.among')}>
            <AmongSelect />
          </Form.Item>
          <Form.Item name="budget" label={t('uplift.budget')}>
            <NumberInput min={0} />
          </Form.Item>
          <Form.Item name="people" label={t('offers.contacts')}>
            <NumberInput min={1} precision={0} />
          </Form.Item>
          <Form.Item name="at_most" label={t('offers.at_most')} extra={t('offers.at_most_hint')}>
            <NumberInput min={1} max={100} precision={0} />
          </Form.Item>
          <Form.Item name="days" label={t('offers.days')}>
            <NumberInput min={1} max={90} precision={0} addonAfter={t('unit.days_word')} />
          </Form.Item>
        </div>
        <Button type="primary" htmlType="submit" loading={choosing.isPending}>
          {t('uplift.go')}
        </Button>
      </Form>
      {choosing.error ? <ProblemView error={choosing.error} /> : null}
      {choosing.data ? <OffersResult choice={choosing.data} actions={actions} /> : null}
    </>
  );
}
