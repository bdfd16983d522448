import { Fragment } from 'react';
import { heat } from '@/shared/colors';
import { Behind } from '../people/Behind';
import type { AnswerOf } from './answers';
import { useLook } from './use_look';
import { kScores, largestSquare, squareAt } from './rfm_answer';

interface Props {
  answer: AnswerOf<'rfm'>;
  /** The score of value whose people are shown; 0 = any. */
  value: number;
}

/** Recency down, frequency across. */
export function RfmAnswerGrid({ answer, value }: Props) {
  const { format, theme } = useLook();
  const top = largestSquare(answer, value);
  const across = [...kScores].reverse();
  return (
    <div className="rfm">
      <span />
      {across.map((f) => (
        <span key={f} className="axis">
          F{f}
        </span>
      ))}
      {kScores.map((r) => (
        <Fragment key={r}>
          <span className="axis">R{r}</span>
          {across.map((f) => {
            const square = squareAt(answer, r, f, value);
            if (square.people === 0) return <div key={f} className="hollow" />;
            return (
              <div key={f} className="square" style={heat(top ? square.people / top : 0, theme)}>
                <Behind people={square.handle} about={`R${r} F${f}${value ? ` M${value}` : ''}`}>
                  {format.count(square.people)}
                </Behind>
              </div>
            );
          })}
        </Fragment>
      ))}
    </div>
  );
}
