import { useTranslation } from 'react-i18next';
import type { CouponBatch, Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { CouponCodes } from './CouponCodes';
import { CouponForm } from './CouponForm';
import { CouponUses } from './CouponUses';
import { useBatches } from './use_batches';
import { useWorth } from './use_worth';
import { ThingLink } from './ThingLink';
import { ThingsPage } from './ThingsPage';

const kNew = 'new';

interface BatchesProps {
  batches: CouponBatch[];
  programme: Programme;
}

function Batches({ batches, programme }: BatchesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const worth = useWorth();
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('coupon.batch')}</th>
            <th>{t('coupon.worth')}</th>
            <th>{t('coupon.valid')}</th>
            <th className="num">{t('coupon.codes')}</th>
            <th className="num">{t('coupon.reserved')}</th>
            <th className="num">{t('coupon.redeemed')}</th>
            <th className="num">{t('coupon.discount')}</th>
          </tr>
        </thead>
        <tbody>
          {batches.map((one) => (
            <tr key={one.id}>
              <td>
                <ThingLink programme={programme.id} kind="batch" id={one.id}>
                  {one.name}
                </ThingLink>
                {one.shared_code ? <div className="quiet small">{one.shared_code}</div> : null}
              </td>
              <td>{worth(one)}</td>
              <td className="nowrap">
                {format.day(one.from)} – {format.day(one.to)}
              </td>
              <td className="num">{format.count(one.codes)}</td>
              <td className="num">{format.count(one.reserved)}</td>
              <td className="num">{format.count(one.redeemed)}</td>
              <td className="num">{format.money(one.discount_minor)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Body({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const address = useAddress();
  const mayWrite = useRight('loyalty.write');
  const query = useBatches(programme.id);
  return (
    <Loaded query={query}>
      {({ batches }) => {
        const asked = address.text('batch');
        const batch = batches.find(({ id }) => id === asked);
        if (asked === kNew && mayWrite) {
          return (
            <CouponForm programme={programme} onDone={(id) => address.change({ batch: id })} />
          );
        }
        return (
          <>
            {batches.length === 0 ? (
              <Empty title={t('coupon.none')} hint={t('coupon.none_hint')} />
            ) : (
              <Batches batches={batches} programme={programme} />
            )}
            {batch ? (
              <>
                {mayWrite ? (
                  <Section title={t('coupon.give', { name: batch.name })}>
                    <CouponCodes key={batch.id} programme={programme} batch={batch} />
                  </Section>
                ) : null}
                <Section title={t('coupon.uses')}>
                  <CouponUses key={batch.id} programme={programme} batch={batch} />
                </Section>
                {mayWrite ? (
                  <Section title={t('coupon.change')}>
                    <CouponForm
                      key={`${batch.id}:${batch.revision}`}
                      programme={programme}
                      batch={batch}
                    />
                  </Section>
                ) : null}
              </>
            ) : null}
          </>
        );
      }}
    </Loaded>
  );
}

export default function CouponsPage() {
  const { t } = useTranslation();
  return (
    <ThingsPage
      title={t('nav.coupons')}
      lead={t('coupon.lead')}
      add={t('coupon.new')}
      to={`/loyalty/coupons?batch=${kNew}`}
    >
      {(programme) => <Body programme={programme} />}
    </ThingsPage>
  );
}
