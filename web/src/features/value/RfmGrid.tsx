import { Popover } from 'antd';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { Rfm } from '@/api/value_types';
import { heat } from '@/shared/colors';
import { People } from '@/shared/People';
import { useThemeName } from '@/shared/theme_choice';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { squares, type Square, type View } from './rfm';

function Scores({ square }: { square: Square }) {
  const { t } = useTranslation();
  const word = useWords();
  return (
    <table className="plain">
      <thead>
        <tr>
          <th>{t('rfm.score')}</th>
          <th>{t('customer.cell')}</th>
          <th className="num">{t('retention.people')}</th>
        </tr>
      </thead>
      <tbody>
        {square.scores.map((score) => (
          <tr key={score.set}>
            <td>
              {score.recency}-{score.frequency}-{score.monetary}
            </td>
            <td>{word('cell', score.cell)}</td>
            <td className="num">
              <People n={score.people} set={score.set} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** 5 × 5 squares: the newest buyers on top, the most frequent and valuable at the right. */
export function RfmGrid({ rfm, view }: { rfm: Rfm; view: View }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const theme = useThemeName();
  const rows = squares(rfm.grid, view);
  const most = Math.max(1, ...rows.flat().map((square) => square.people));
  return (
    <>
      <p className="quiet">{t(`rfm.how_${view}`)}</p>
      <div className="scroll-x">
        <div className="rfm">
          {rows.map((row) => (
            <Fragment key={row[0]?.recency}>
              <div className="axis">R{row[0]?.recency}</div>
              {row.map((square) =>
                square.people === 0 ? (
                  <div key={square.across} className="hollow" />
                ) : (
                  <Popover
                    key={square.across}
                    trigger="click"
                    content={<Scores square={square} />}
                    title={word('cell', square.cell)}
                  >
                    <button
                      type="button"
                      style={heat(Math.sqrt(square.people / most) * 0.85 + 0.05, theme)}
                    >
                      <b>{format.count(square.people)}</b>
                      {word('cell', square.cell)}
                    </button>
                  </Popover>
                ),
              )}
            </Fragment>
          ))}
          <div className="axis" />
          {[1, 2, 3, 4, 5].map((across) => (
            <div key={across} className="axis">
              {view === 'rf' ? 'F' : 'FM'}
              {across}
            </div>
          ))}
        </div>
      </div>
    </>
  );
}
