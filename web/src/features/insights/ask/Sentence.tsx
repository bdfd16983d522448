import { Fragment, type ReactNode } from 'react';
import { piecesOf } from './sentence';

interface Props {
  /** A text of the catalogue as it stands there, with its {{places}}. */
  text: string;
  parts: Record<string, ReactNode>;
}

/** A readable sentence with things to choose in it, in the word order of its language. */
export function Sentence({ text, parts }: Props) {
  return (
    <div className="sentence">
      {piecesOf(text).map((piece, i) =>
        'text' in piece ? (
          piece.text.trim() ? (
            <span key={i}>{piece.text.trim()}</span>
          ) : null
        ) : (
          <Fragment key={piece.slot}>{parts[piece.slot]}</Fragment>
        ),
      )}
    </div>
  );
}
