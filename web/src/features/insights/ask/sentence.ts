// A sentence of the catalogue with places to fill: "{{measure}} of {{event}}". Pure.
export type Piece = { text: string } | { slot: string };

export function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of template.matchAll(/\{\{\s*(\w+)\s*\}\}/g)) {
    if (match.index > at) pieces.push({ text: template.slice(at, match.index) });
    pieces.push({ slot: match[1] as string });
    at = match.index + match[0].length;
  }
  if (at < template.length) pieces.push({ text: template.slice(at) });
  return pieces;
}
