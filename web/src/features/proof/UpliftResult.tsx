import { useTranslation } from 'react-i18next';
import type { Uplift } from '@/api/value_types';
import { Mark } from '@/shared/Mark';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { QiniChart } from './QiniChart';
import { UpliftChoose } from './UpliftChoose';
import type { Asked } from './uplift';

function Ranks({ uplift }: { uplift: Uplift }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const number = (value: number) => format.count(value, 4);
  return (
    <div className="scroll-x" tabIndex={0}>
      <table className="plain" style={{ maxWidth: 960 }}>
        <thead>
          <tr>
            <th>{t('uplift.learner')}</th>
            <th className="num">{t('uplift.auuc')}</th>
            <th className="num">{t('uplift.qini')}</th>
            <th className="num">{t('uplift.interval')}</th>
            <th className="num">{t('uplift.more')}</th>
            <th style={{ paddingLeft: 24 }} aria-label={t('uplift.wins')} />
          </tr>
        </thead>
        <tbody>
          {uplift.ranks.map((one) => (
            <tr key={one.learner}>
              <td>{word('learner', one.learner)}</td>
              <td className="num">
                {number(one.auuc)}{' '}
                <span className="quiet">
                  ({number(one.auuc_low)} – {number(one.auuc_high)})
                </span>
              </td>
              <td className="num">{number(one.qini)}</td>
              <td className="num quiet">
                {number(one.low)} – {number(one.high)}
              </td>
              <td className="num">
                {one.more === null || one.more_low === null || one.more_high === null
                  ? ''
                  : `${number(one.more)} (${number(one.more_low)} – ${number(one.more_high)})`}
              </td>
              <td style={{ paddingLeft: 24 }}>
                {one.wins ? <Mark kind="good">{t('uplift.wins')}</Mark> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Whether ranking by uplift is worth more than by response, and whom to treat next. */
export function UpliftResult({ uplift, asked }: { uplift: Uplift; asked: Asked }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const mayChoose = useRight('campaigns.write');
  const { treated, control } = uplift;
  return (
    <>
      <p className="quiet">
        {t('uplift.arms', {
          did: format.count(treated.did),
          people: format.count(treated.people),
          share: format.percent(treated.share),
          did2: format.count(control.did),
          people2: format.count(control.people),
          share2: format.percent(control.share),
        })}
      </p>
      {uplift.why ? (
        <p className="notice">{word('uplift_why', uplift.why)}</p>
      ) : (
        <>
          <p className="notice">
            {uplift.offered
              ? t('uplift.offered', { learner: word('learner', uplift.offered) })
              : t('uplift.not_offered')}
          </p>
          <Ranks uplift={uplift} />
          <QiniChart uplift={uplift} />
          {mayChoose ? (
            <Section title={t('uplift.choose')}>
              <UpliftChoose asked={asked} />
            </Section>
          ) : null}
        </>
      )}
    </>
  );
}
