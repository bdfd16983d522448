// Which of the places on a page a problem's `where` is about: the deepest one that holds it. Pure.

/** `steps[1].where.all[0].value` → ['steps', '1', 'where', 'all', '0', 'value'] */
export const partsOf = (path: string): string[] => path.split(/[.[\]]+/).filter(Boolean);

export function nearest(where: string, places: readonly string[]): string | null {
  const wanted = partsOf(where);
  let best: string | null = null;
  let depth = 0;
  for (const place of places) {
    const parts = partsOf(place);
    const holds = parts.length <= wanted.length && parts.every((part, i) => part === wanted[i]);
    if (holds && parts.length > depth) {
      best = place;
      depth = parts.length;
    }
  }
  return best;
}
