import { useTranslation } from 'react-i18next';
import type { Recommendations, RecommenderModel } from '@/api/value_types';
import { Mark } from '@/shared/Mark';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { kSourceOf } from './recommender_sources';

type Ways = RecommenderModel['ways'];

/** How each way told what was bought, beside what is popular; none is told of where nobody was. */
function WaysTable({ ways, used }: { ways: Ways; used: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const number = (value: number) => format.count(value, 4);
  return (
    <div className="scroll-x" tabIndex={0}>
      <table className="plain" style={{ maxWidth: 1120 }}>
        <thead>
          <tr>
            <th>{t('recommend.way')}</th>
            <th>{t('recommend.source')}</th>
            <th className="num">{t('recommend.reach')}</th>
            <th className="num">{t('recommend.ndcg')}</th>
            <th className="num">{t('recommend.recall')}</th>
            <th className="num">{t('recommend.coverage')}</th>
            <th className="num">{t('recommend.more')}</th>
            <th className="num">{t('recommend.weight')}</th>
            <th style={{ paddingLeft: 24 }} aria-label={t('clv.verdict')} />
          </tr>
        </thead>
        <tbody>
          {ways.map((one) => (
            <tr key={one.way}>
              <td>{word('recommend_way', one.way)}</td>
              <td className="quiet">
                {one.way === 'blend' ? '' : word('recommend_source', kSourceOf[one.way])}
              </td>
              <td className="num">{format.percent(one.reach)}</td>
              <td className="num">{number(one.ndcg)}</td>
              <td className="num">{format.percent(one.recall)}</td>
              <td className="num">{format.percent(one.coverage)}</td>
              <td className="num">
                {one.way === 'popular'
                  ? ''
                  : `${number(one.more)} (${number(one.more_low)} – ${number(one.more_high)})`}
              </td>
              <td className="num">{one.weight > 0 ? format.percent(one.weight) : ''}</td>
              <td style={{ paddingLeft: 24 }}>
                {one.way === used ? (
                  <Mark kind="good">{t('recommend.used')}</Mark>
                ) : one.wins ? (
                  <Mark>{t('recommend.wins')}</Mark>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Which way tells best what is bought next, beside what is popular; earlier versions. */
export function RecommenderCard({ all, model }: { all: Recommendations; model: RecommenderModel }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return (
    <>
      {model.faults.length ? (
        <p className="notice">
          {t('recommend.careful')}:{' '}
          {model.faults.map((fault) => word('recommend_fault', fault)).join(' · ')}
        </p>
      ) : null}
      {model.ways.length ? (
        <Section title={t('recommend.check')}>
          <p className="quiet">
            {t('recommend.check_how', {
              cut: format.day(model.cut),
              to: format.day(model.to),
              n: format.count(model.checked),
            })}
          </p>
          <WaysTable ways={model.ways} used={model.used} />
        </Section>
      ) : null}
      {model.newcomers.ways.length ? (
        <Section title={t('recommend.newcomers')}>
          <p className="quiet">
            {t('recommend.newcomers_how', { n: format.count(model.newcomers.checked) })}
          </p>
          <WaysTable ways={model.newcomers.ways} used={model.newcomers.used} />
          <p className="quiet">{t('recommend.without_weight')}</p>
        </Section>
      ) : null}
      <Section title={t('clv.versions')}>
        <table className="plain" style={{ maxWidth: 720 }}>
          <tbody>
            {all.versions.map((one) => (
              <tr key={one.version}>
                <td className="num">{one.version}</td>
                <td>{format.dateTime(one.trained_at)}</td>
                <td>{word('recommend_way', one.used)}</td>
                <td className="quiet">
                  {one.faults.map((fault) => word('recommend_fault', fault)).join(' · ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </>
  );
}
