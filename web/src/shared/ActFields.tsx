import { useQuery } from '@tanstack/react-query';
import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { type ActionKind, type Filled, kNewList } from './action';
import { NumberInput } from './NumberInput';
import { useSegments } from './use_segments';
import { ZonedPicker } from './ZonedPicker';

interface Props {
  kind: ActionKind;
  filled: Filled;
  onChange: (next: Filled) => void;
}

function Programme({ filled, onChange, batches }: Omit<Props, 'kind'> & { batches: boolean }) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ['loyalty'],
    queryFn: () => must(api.GET('/v1/loyalty/programmes')),
  });
  const coupons = useQuery({
    queryKey: ['loyalty', filled.programme, 'coupons'],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/coupons', {
          params: { path: { programme: filled.programme } },
        }),
      ),
    enabled: batches && filled.programme !== '',
  });
  // A batch with one code for everybody gives nobody a code of their own.
  const own = (coupons.data?.batches ?? []).filter((one) => !one.shared_code);
  return (
    <>
      <Form.Item label={t('act.programme')} htmlFor="act-programme">
        <Select
          id="act-programme"
          value={filled.programme || null}
          onChange={(programme: string) => onChange({ ...filled, programme, batch: '' })}
          options={(data?.programmes ?? []).map((one) => ({
            value: one.id ?? '',
            label: one.name,
          }))}
        />
      </Form.Item>
      {batches ? (
        <Form.Item label={t('act.batch')} htmlFor="act-batch">
          <Select
            id="act-batch"
            value={filled.batch || null}
            onChange={(batch: string) => onChange({ ...filled, batch })}
            options={own.map((one) => ({ value: one.id, label: one.name }))}
            notFoundContent={t('act.no_batch')}
          />
        </Form.Item>
      ) : null}
    </>
  );
}

function Lists({ filled, onChange }: Omit<Props, 'kind'>) {
  const { t } = useTranslation();
  const { data } = useSegments();
  const lists = (data?.segments ?? []).filter((one) => one.kind === 'static');
  return (
    <>
      <Form.Item label={t('act.which_list')} htmlFor="act-list">
        <Select
          id="act-list"
          value={filled.segment || null}
          onChange={(segment: string) => onChange({ ...filled, segment })}
          options={[
            ...lists.map((one) => ({ value: one.id, label: one.name })),
            { value: kNewList, label: t('act.new_list') },
          ]}
        />
      </Form.Item>
      {filled.segment === kNewList ? (
        <Form.Item label={t('act.list_name')} htmlFor="act-list-name">
          <Input
            id="act-list-name"
            maxLength={120}
            value={filled.text}
            onChange={({ target }) => onChange({ ...filled, text: target.value })}
          />
        </Form.Item>
      ) : null}
    </>
  );
}

/** What an action needs to be told. */
export function ActFields({ kind, filled, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Form layout="vertical">
      {kind === 'list' ? <Lists filled={filled} onChange={onChange} /> : null}
      {kind === 'coupon' || kind === 'points' ? (
        <Programme filled={filled} onChange={onChange} batches={kind === 'coupon'} />
      ) : null}
      {kind === 'points' ? (
        <Form.Item label={t('loyalty.points')} htmlFor="act-points">
          <NumberInput
            id="act-points"
            precision={0}
            min={1}
            max={1_000_000}
            value={filled.points}
            onChange={(points) => onChange({ ...filled, points })}
          />
        </Form.Item>
      ) : null}
      {kind === 'points' || kind === 'follow_up' ? (
        <Form.Item
          label={t(kind === 'points' ? 'loyalty.reason' : 'act.what_to_do')}
          htmlFor="act-text"
        >
          <Input
            id="act-text"
            maxLength={160}
            value={filled.text}
            onChange={({ target }) => onChange({ ...filled, text: target.value })}
          />
        </Form.Item>
      ) : null}
      {kind === 'follow_up' ? (
        <Form.Item label={t('customer.note_due')} htmlFor="act-due">
          <ZonedPicker
            id="act-due"
            placeholder={t('customer.note_due')}
            value={filled.due}
            onChange={(due) => onChange({ ...filled, due })}
          />
        </Form.Item>
      ) : null}
    </Form>
  );
}
