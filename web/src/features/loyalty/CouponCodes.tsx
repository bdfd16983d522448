import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Popconfirm, Progress, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { CouponBatch, Programme } from '@/api/types';
import { download } from '@/shared/csv';
import { Fields } from '@/shared/form/Fields';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { SaveButton } from '@/shared/form/SaveButton';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';
import { useSegments } from '@/shared/use_segments';

const kMostCodes = 100_000;
const kPeopleAtOnce = 500;

interface Props {
  programme: Programme;
  batch: CouponBatch;
}

/** Makes codes to hand out, or gives each person of a segment one of their own. */
export function CouponCodes({ programme, batch }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const segments = useSegments();
  const [count, setCount] = useState(100);
  const [segment, setSegment] = useState<string>();
  const [done, setDone] = useState(0);
  const path = { programme: programme.id, batch: batch.id };
  const onSuccess = () =>
    client.invalidateQueries({ queryKey: ['loyalty', programme.id, 'coupons'] });
  const make = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/coupons/{batch}/codes', {
          params: { path },
          body: { count },
        }),
      ),
    onSuccess: ({ codes }) => {
      download(`${batch.id}.csv`, [[t('coupon.code')], ...codes.map((code) => [code])]);
      return onSuccess();
    },
  });
  const issue = useMutation({
    mutationFn: async () => {
      const sum = { issued: 0, skipped: 0 };
      setDone(0);
      // Page by page: who was given a code keeps it, so that a run that was stopped goes on.
      for (let offset = 0; ; offset += kPeopleAtOnce) {
        const { customers, total } = await must(
          api.GET('/v1/customers', {
            params: {
              query: {
                set: `segment:${segment ?? ''}`,
                known: 'all',
                limit: kPeopleAtOnce,
                offset,
              },
            },
          }),
        );
        if (customers.length === 0) return sum;
        const given = await must(
          api.POST('/v1/loyalty/programmes/{programme}/coupons/{batch}/issue', {
            params: { path },
            body: { people: customers.map(({ id }) => id) },
          }),
        );
        sum.issued += given.issued;
        sum.skipped += given.skipped;
        setDone(Math.round(((offset + customers.length) / Math.max(1, total)) * 100));
      }
    },
    onSuccess,
  });
  if (batch.shared_code) {
    return <p>{t('coupon.is_shared', { code: batch.shared_code })}</p>;
  }
  const chosen = segments.data?.segments.find(({ id }) => id === segment);
  const failed = make.error ?? issue.error;
  return (
    <>
      {failed ? <ProblemView error={failed} /> : null}
      {issue.data ? (
        <Alert
          type="success"
          showIcon
          message={t('coupon.issued', {
            n: format.count(issue.data.issued),
            skipped: format.count(issue.data.skipped),
          })}
        />
      ) : null}
      {issue.isPending ? <Progress percent={done} aria-label={t('coupon.issue')} /> : null}
      <div className="row" style={{ flexWrap: 'wrap', margin: '8px 0' }}>
        <Fields error={null}>
          <NeededNumber
            aria-label={t('coupon.how_many')}
            min={1}
            max={kMostCodes}
            precision={0}
            value={count}
            onChange={setCount}
          />
          <SaveButton type="default" save={make}>
            {t('coupon.make')}
          </SaveButton>
        </Fields>
      </div>
      <div className="row" style={{ flexWrap: 'wrap' }}>
        <Select
          aria-label={t('coupon.segment')}
          placeholder={t('coupon.segment')}
          value={segment ?? null}
          onChange={(next) => setSegment(next)}
          options={(segments.data?.segments ?? []).map(({ id, name }) => ({
            value: id,
            label: name,
          }))}
          style={{ minWidth: 240 }}
        />
        <Popconfirm
          title={t('coupon.issue_ask', {
            n: format.count(chosen?.people),
            name: chosen?.name ?? '',
          })}
          okText={t('coupon.issue')}
          cancelText={t('do.cancel')}
          onConfirm={() => issue.mutate()}
          disabled={!segment}
        >
          <Button type="primary" disabled={!segment} loading={issue.isPending}>
            {t('coupon.issue')}
          </Button>
        </Popconfirm>
      </div>
    </>
  );
}
