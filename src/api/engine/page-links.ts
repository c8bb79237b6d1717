import type { ListQuery } from './list-query.ts';

export interface PageLink {
  readonly rel: 'next' | 'previous';
  readonly href: string;
}

/**
 * Links to the pages around this one, as Neutron gives them: a page that is not full ends the list in the direction of
 * reading. `url` is the request's, absolute; `keys` name the objects of the page.
 */
export function pageLinks(url: URL, query: ListQuery, keys: readonly string[]): readonly PageLink[] {
  if (query.limit === 0) return [];
  const full = keys.length >= query.limit;
  const links: PageLink[] = [];
  if (full || query.pageReverse) links.push({ rel: 'next', href: href(url, keys.at(-1), false) });
  if (full || !query.pageReverse) links.push({ rel: 'previous', href: href(url, keys[0], true) });
  return links;
}

function href(url: URL, marker: string | undefined, reverse: boolean): string {
  const link = new URL(url);
  link.searchParams.delete('marker');
  link.searchParams.delete('page_reverse');
  if (marker !== undefined) link.searchParams.set('marker', marker);
  if (reverse) link.searchParams.set('page_reverse', 'True');
  return link.href;
}
