import { expect, test } from 'vitest';
import { toCsv } from './csv';

test('quotes what needs quotes, ends lines with CRLF', () => {
  expect(
    toCsv([
      ['a', 'b,c', 'd"e'],
      [1, null, 'x\ny'],
    ]),
  ).toBe('a,"b,c","d""e"\r\n1,,"x\ny"\r\n');
});

test('text that looks like a formula is defused, numbers stay numbers', () => {
  expect(toCsv([['=1+1', -5, '@x']])).toBe("'=1+1,-5,'@x\r\n");
});
