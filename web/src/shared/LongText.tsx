import { Fragment } from 'react';
import { partsOf } from './breaks';

/** A value without spaces, such as an e-mail address, that breaks where a reader would break it. */
export function LongText({ text }: { text: string }) {
  return (
    <>
      {partsOf(text).map((half, i) => (
        <span key={i} className="unbroken">
          {half.map((part, j) => (
            <Fragment key={j}>
              {j > 0 ? <wbr /> : null}
              {part}
            </Fragment>
          ))}
        </span>
      ))}
    </>
  );
}
