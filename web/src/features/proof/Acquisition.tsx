import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, must } from '@/api/client';
import type { AcquisitionChannel } from '@/api/value_types';
import { Loaded } from '@/shared/Loaded';
import { People } from '@/shared/People';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';

/** New customers of each month and what they cost. */
export function Acquisition() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({
    queryKey: ['acquisition'],
    queryFn: () => must(api.GET('/v1/acquisition')),
  });
  const sayChannel = (one: AcquisitionChannel): string =>
    [
      `${one.channel}: ${format.money(one.cost_minor)}`,
      one.new_customers
        ? t('unit.people', { n: format.count(one.new_customers), count: one.new_customers })
        : '',
      one.cac_minor === null ? '' : `${t('goal.cac')} ${format.money(Math.round(one.cac_minor))}`,
      one.ltv_cac === null ? '' : `${t('goal.ltv_cac')} × ${format.count(one.ltv_cac, 1)}`,
    ]
      .filter(Boolean)
      .join(' · ');
  return (
    <Section
      title={t('goal.acquisition')}
      aside={<Link to="/proof/returns">{t('goal.enter_costs')}</Link>}
    >
      <Loaded query={query}>
        {({ rows }) => (
          <div className="scroll-x" tabIndex={0}>
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('period.month')}</th>
                  <th className="num">{t('insight.new_customers')}</th>
                  <th className="num">{t('goal.cost')}</th>
                  <th className="num">{t('goal.cac')}</th>
                  <th className="num">{t('goal.ltv')}</th>
                  <th className="num">{t('goal.ltv_cac')}</th>
                  <th>{t('goal.channels')}</th>
                </tr>
              </thead>
              <tbody>
                {[...rows].reverse().map((row) => (
                  <tr key={row.label}>
                    <td>
                      {row.label}
                      {row.complete ? '' : ` ${t('goal.not_over')}`}
                    </td>
                    <td className="num">
                      <People n={row.new_customers} set={row.set} />
                    </td>
                    <td className="num">{row.cost_minor ? format.money(row.cost_minor) : '–'}</td>
                    <td className="num">
                      {row.cac_minor === null ? '–' : format.money(Math.round(row.cac_minor))}
                    </td>
                    <td className="num">
                      {row.ltv ? format.money(Math.round(row.ltv.total_minor)) : '–'}
                      {row.ltv ? (
                        <div className="quiet small nowrap">
                          {row.ltv.expected_minor === null
                            ? t('goal.ltv_so_far')
                            : t('goal.ltv_expected', {
                                money: format.money(Math.round(row.ltv.expected_minor)),
                              })}
                        </div>
                      ) : null}
                    </td>
                    <td className="num">
                      {row.ltv_cac === null ? '–' : `× ${format.count(row.ltv_cac, 1)}`}
                      {row.ltv && row.cac_minor !== null && row.ltv.expected_minor === null ? (
                        <div className="quiet small nowrap">{t('goal.ltv_cac_no_model')}</div>
                      ) : null}
                    </td>
                    <td className="small">
                      {row.channels.map((one) => (
                        <div key={one.channel} className="nowrap">
                          {sayChannel(one)}
                        </div>
                      ))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
    </Section>
  );
}
