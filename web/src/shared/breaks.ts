/**
 * Where a long value may be broken, best place first to last: an address of e-mail before its @,
 * then each half before a dot, a dash, a line or a plus. The parts together are the text.
 */
export function partsOf(text: string): string[][] {
  const at = text.lastIndexOf('@');
  const halves = at > 0 ? [text.slice(0, at), text.slice(at)] : [text];
  return halves.map((half) => half.split(/(?=[._+/-])/));
}
