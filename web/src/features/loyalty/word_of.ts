// Names as the API's words: a–z, 0–9, "-" and "_", at most 40 characters.

/** A word for a thing called `name`, another one each time: names may be Chinese, or the same. */
export function wordOf(name: string, salt: number = Date.now()): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 24)
    .replace(/-+$/, '');
  return `${plain || 'x'}-${salt.toString(36)}`;
}
