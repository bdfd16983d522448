import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { PriceRule, Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { PriceRuleForm } from './PriceRuleForm';
import { ThingLink } from './ThingLink';
import { ThingsPage } from './ThingsPage';
import { useLevelName } from './use_levels';

const kNew = 'new';

function Rules({ rules, programme }: { rules: PriceRule[]; programme: Programme }) {
  const { t } = useTranslation();
  const format = useFormat();
  const level = useLevelName(programme.id);
  const worth = (one: PriceRule) =>
    one.kind === 'percent'
      ? format.percent((one.percent ?? 0) / 100, 0)
      : format.money(one.amount_minor);
  const whom = (one: PriceRule) =>
    [
      one.levels?.map(level).join(t('rule.comma')),
      one.set,
      one.people?.length ? t('price.by_name', { n: one.people.length }) : '',
      one.birthday ? t(`price.birthday_${one.birthday}`) : '',
    ]
      .filter(Boolean)
      .join(' · ') || t('price.everybody');
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('price.rule')}</th>
            <th className="num">{t('price.off')}</th>
            <th>{t('price.whom')}</th>
            <th>{t('coupon.valid')}</th>
            <th>{t('loyalty.enabled')}</th>
          </tr>
        </thead>
        <tbody>
          {rules.map((one) => (
            <tr key={one.id}>
              <td>
                <ThingLink programme={programme.id} kind="rule" id={one.id}>
                  {one.name}
                </ThingLink>
              </td>
              <td className="num">{worth(one)}</td>
              <td>{whom(one)}</td>
              <td className="nowrap">
                {format.day(one.from)} – {format.day(one.to)}
              </td>
              <td>{one.enabled ? t('loyalty.enabled') : t('loyalty.disabled')}</td>
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
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'price-rules'],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/price-rules', {
          params: { path: { programme: programme.id } },
        }),
      ),
  });
  return (
    <Loaded query={query}>
      {({ rules }) => {
        const asked = address.text('rule');
        const rule = rules.find(({ id }) => id === asked);
        if (asked === kNew && mayWrite)
          return (
            <PriceRuleForm programme={programme} onDone={(id) => address.change({ rule: id })} />
          );
        return (
          <>
            {rules.length === 0 ? (
              <Empty title={t('price.none')} hint={t('price.none_hint')} />
            ) : (
              <Rules rules={rules} programme={programme} />
            )}
            {rule && mayWrite ? (
              <Section title={t('price.change', { name: rule.name })}>
                <PriceRuleForm
                  key={`${rule.id}:${rule.revision}`}
                  programme={programme}
                  rule={rule}
                />
              </Section>
            ) : null}
          </>
        );
      }}
    </Loaded>
  );
}

export default function PricesPage() {
  const { t } = useTranslation();
  return (
    <ThingsPage
      title={t('nav.prices')}
      lead={t('price.lead')}
      add={t('price.new')}
      to={`/loyalty/prices?rule=${kNew}`}
    >
      {(programme) => <Body programme={programme} />}
    </ThingsPage>
  );
}
