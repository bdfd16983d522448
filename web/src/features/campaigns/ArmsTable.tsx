import { useTranslation } from 'react-i18next';
import type { Arm, CampaignResult } from '@/api/types';
import { People } from '@/shared/People';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

function ArmRow({
  name,
  arm,
  currency,
}: {
  name: 'treated' | 'held_out';
  arm: Arm;
  currency: string;
}) {
  const format = useFormat();
  const word = useWords();
  return (
    <tr>
      <th scope="row" style={{ color: 'var(--ink)' }}>
        {word('arm', name)}
      </th>
      <td className="num">
        <People n={arm.people} set={arm.set} />
      </td>
      <td className="num">
        <People n={arm.ordered} set={arm.ordered_set} />
      </td>
      <td className="num">
        <b>{format.percent(arm.rate, 2)}</b>
      </td>
      <td className="num">{format.count(arm.orders)}</td>
      <td className="num">{format.money(arm.revenue_minor, { currency })}</td>
      <td className="num">
        {arm.revenue_per_person_minor === null || arm.revenue_per_person_minor === undefined
          ? '–'
          : format.money(Math.round(arm.revenue_per_person_minor), { currency })}
      </td>
    </tr>
  );
}

/** The numbers behind the difference; people open as lists. */
export function ArmsTable({ result }: { result: CampaignResult }) {
  const { t } = useTranslation();
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('campaign.arm')}</th>
            <th className="num">{t('retention.people')}</th>
            <th className="num">{t('result.ordered')}</th>
            <th className="num">{t('result.rate')}</th>
            <th className="num">{t('customer.orders')}</th>
            <th className="num">{t('customer.revenue')}</th>
            <th className="num">{t('result.per_person')}</th>
          </tr>
        </thead>
        <tbody>
          <ArmRow name="treated" arm={result.treated} currency={result.currency} />
          <ArmRow name="held_out" arm={result.held_out} currency={result.currency} />
        </tbody>
      </table>
    </div>
  );
}
