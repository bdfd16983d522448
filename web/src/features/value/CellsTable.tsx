import { SendOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { Rfm } from '@/api/value_types';
import { LinkButton } from '@/shared/LinkButton';
import { People } from '@/shared/People';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** The named cells: how many, what they brought, and one click to reach them. */
export function CellsTable({ rfm }: { rfm: Rfm }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const mayWrite = useRight('campaigns.write');
  const revenue = rfm.cells.reduce((sum, one) => sum + one.revenue_minor, 0) || 1;
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('customer.cell')}</th>
            <th className="num">{t('retention.people')}</th>
            <th className="num">{t('rfm.share')}</th>
            <th className="num">{t('customer.orders')}</th>
            <th className="num">{t('customer.revenue')}</th>
            <th className="num">{t('rfm.revenue_share')}</th>
            <th className="num">{t('rfm.median_recency')}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {rfm.cells.map((one) => (
            <tr key={one.cell}>
              <td>{word('cell', one.cell)}</td>
              <td className="num">
                <People n={one.people} set={one.set} />
              </td>
              <td className="num">{format.percent(one.share)}</td>
              <td className="num">{format.count(one.orders)}</td>
              <td className="num">
                {format.money(one.revenue_minor, { whole: true, currency: rfm.currency })}
              </td>
              <td className="num">{format.percent(one.revenue_minor / revenue)}</td>
              <td className="num">
                {one.median_recency_days === undefined
                  ? ''
                  : t('unit.days', { count: Math.round(one.median_recency_days) })}
              </td>
              <td className="num">
                {mayWrite && one.people > 0 ? (
                  <LinkButton
                    type="link"
                    size="small"
                    icon={<SendOutlined />}
                    to={`/campaigns/new?cells=${one.cell}`}
                    aria-label={t('rfm.reach', { cell: word('cell', one.cell) })}
                  >
                    {t('do.reach')}
                  </LinkButton>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
