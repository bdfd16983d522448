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
import { useIssue } from './use_issue';
import { Waits } from './Waits';

const kMostCodes = 100_000;

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
  const path = { programme: programme.id, batch: batch.id };
  const make = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/coupons/{batch}/codes', {
          params: { path },
          body: { count },
        }),
      ),
    onSuccess: (made) => {
      if ('codes' in made)
        download(`${batch.id}.csv`, [[t('coupon.code')], ...made.codes.map((code) => [code])]);
      return client.invalidateQueries({ queryKey: ['loyalty', programme.id] });
    },
  });
  const { issue, done } = useIssue(programme, batch, segment);
  if (batch.shared_code) {
    return <p>{t('coupon.is_shared', { code: batch.shared_code })}</p>;
  }
  const chosen = segments.data?.segments.find(({ id }) => id === segment);
  const failed = make.error ?? issue.error;
  return (
    <>
      {failed ? <ProblemView error={failed} /> : null}
      <Waits answer={make.data} />
      {issue.data?.waits ? (
        <Alert
          type="warning"
          showIcon
          message={t('approval.waits_people', { n: format.count(issue.data.waits) })}
        />
      ) : null}
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
