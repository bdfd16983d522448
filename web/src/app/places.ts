// Which page an address belongs to, and who may open it.
import { pageRoutes, type NavName } from './routes';

/**
 * Addresses with the same key are one page that stays as it is while its address changes: a new
 * campaign gets an address of its own when it is first saved.
 */
export const keyOf = (pathname: string): string =>
  /^\/campaigns\/(new|[^/]+\/edit)$/.test(pathname) ? 'composer' : pathname;

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
