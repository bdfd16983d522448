import { useTranslation } from 'react-i18next';
import type { BackTestCard, ClvModel } from '@/api/value_types';
import { Empty } from '@/shared/Empty';
import { Figure } from '@/shared/charts/Figure';
import { Section } from '@/shared/Section';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { BackTestTable } from './BackTestTable';
import { ParametersTable } from './ParametersTable';
import { TestVerdict } from './TestVerdict';
import { TrackingChart } from './TrackingChart';

const repeatsName = (row: number, rows: number) => (row === rows - 1 ? `${row}+` : String(row));

function Compared({ cards }: { cards: BackTestCard[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  return (
    <div className="scroll-x" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th>{t('clv.model')}</th>
            <th className="num">{t('clv.expected')}</th>
            <th className="num">{t('clv.actual')}</th>
            <th className="num">{t('clv.off')}</th>
            <th className="num">{t('clv.error')}</th>
            <th className="num">{t('clv.naive_error')}</th>
            <th>{t('clv.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {cards.map((card) => (
            <tr key={card.model}>
              <td>{word('purchase_model', card.model)}</td>
              <td className="num">{format.count(card.expected)}</td>
              <td className="num">{format.count(card.actual)}</td>
              <td className="num">
                {card.actual > 0 ? format.percent(card.expected / card.actual - 1) : '–'}
              </td>
              <td className="num">{format.count(card.error, 3)}</td>
              <td className="num">{format.count(card.naive_error, 3)}</td>
              <td>
                <TestVerdict faults={card.faults} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the back-test of a model says, and how it was fitted. */
export function ModelCard({ model }: { model: ClvModel }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { card } = model;
  return (
    <>
      {card ? (
        <>
          <Section title={t('clv.back_test')}>
            <p className="quiet">
              {t('clv.back_test_how', {
                n: format.count(card.customers),
                split: format.day(card.split),
                to: format.day(card.to),
              })}
            </p>
            <Compared cards={[card, ...model.compared]} />
          </Section>
          <div className="section">
            <Figure
              title={t('clv.tracking')}
              file="clv-tracking.csv"
              csv={() => [
                ['week_end', 'expected', 'actual'],
                ...card.tracking.map((week) => [week.week_end, week.expected, week.actual]),
              ]}
              chart={<TrackingChart card={card} />}
            />
          </div>
          <div className="grid2">
            <Section title={t('clv.by_repeats')}>
              <BackTestTable
                title={t('clv.repeats')}
                rows={card.by_repeats}
                name={(row) => repeatsName(row, card.by_repeats.length)}
              />
            </Section>
            <Section title={t('clv.calibration')}>
              <BackTestTable
                title={t('clv.tenth')}
                rows={card.calibration}
                name={(row) => t('clv.tenth_n', { n: row + 1 })}
              />
            </Section>
          </div>
        </>
      ) : (
        <Empty title={t('clv.no_card')} hint={t('clv.no_card_hint')} />
      )}
      <ParametersTable model={model} />
    </>
  );
}
