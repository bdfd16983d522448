import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { LoyaltyPerson, Programme } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';

interface Props {
  programme: Programme;
  person: number;
  referral: LoyaltyPerson['referral'];
}

/** The code of a member and what it brought. */
export function MemberReferral({ programme, person, referral }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('loyalty.write');
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/people/{person}/referral-code', {
          params: { path: { programme: programme.id, person } },
        }),
      ),
    onSuccess: () =>
      client.invalidateQueries({ queryKey: ['loyalty', programme.id, 'person', person] }),
  });
  if (!referral.code) {
    return (
      <>
        {make.isError ? <ProblemView error={make.error} /> : null}
        <div className="row">
          <span className="quiet">{t('referral.no_code')}</span>
          {mayWrite ? (
            <Button size="small" loading={make.isPending} onClick={() => make.mutate()}>
              {t('referral.make')}
            </Button>
          ) : null}
        </div>
      </>
    );
  }
  return (
    <>
      <p>
        {t('referral.code')}: <code>{referral.code}</code>
      </p>
      {referral.link ? <p className="small">{referral.link}</p> : null}
      <p className="quiet">
        {t('referral.brought', {
          n: format.count(referral.sums.rewarded),
          points: format.count(referral.sums.referrer_points),
        })}
      </p>
      <Link to={`/loyalty/referral?programme=${programme.id}&referrer=${person}`}>
        {t('referral.see')}
      </Link>
    </>
  );
}
