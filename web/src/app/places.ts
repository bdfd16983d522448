// Which page an address belongs to, and who may open it.
import { pageRoutes, type NavName } from './routes';

/**
 * Addresses with the same key are one page that stays as it is while its address changes: a new
 * campaign gets an address of its own when it is first saved.
 */
export const keyOf = (pathname: string): string =>
  /^\/campaigns\/(new|[^/]+\/edit)$/.test(pathname) ? 'composer' : pathname;

/** What of an address the pages below a place keep when one goes from one to the other. */
const kKept: readonly [place: string, name: string][] = [['/loyalty', 'programme']];

/** Where an entry of the navigation leads from here: among pages of points, in one programme. */
export function pathFrom(here: { pathname: string; search: string }, path: string): string {
  const to = path.replace('/:tab?', '');
  const below = (at: string, place: string) => at === place || at.startsWith(`${place}/`);
  for (const [place, name] of kKept) {
    const value = new URLSearchParams(here.search).get(name);
    if (value && value !== 'new' && below(here.pathname, place) && below(to, place))
      return `${to}?${new URLSearchParams({ [name]: value }).toString()}`;
  }
  return to;
}

/** Whether someone with these rights may open a page; any signed-in user has "signed_in". */
export const mayOpen = (route: { right: string }, rights: readonly string[]): boolean =>
  route.right === 'signed_in' || rights.includes(route.right);

/** The navigation entry a path belongs to: the longest one that it starts with. */
export function navOf(pathname: string): NavName | undefined {
  const places = pageRoutes.flatMap(({ path, nav }) =>
    nav ? [{ base: path.replace('/:tab?', ''), name: nav.name }] : [],
  );
  const fits = places.filter(
    ({ base }) => pathname === base || (base !== '/' && pathname.startsWith(`${base}/`)),
  );
  return fits.sort((a, b) => b.base.length - a.base.length)[0]?.name;
}
