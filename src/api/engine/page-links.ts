import type { ListQuery } from './list-query.ts';
import type { Row } from './resource.ts';

export interface PageLink {
  readonly rel: 'next' | 'previous';
  readonly href: string;
}

/**
 * Links to the pages around this one, as Neutron gives them: a page that is not full ends the list in the direction of
 * reading. `url` is the request's, absolute.
 */
export function pageLinks(url: URL, query: ListQuery, rows: readonly Row[]): readonly PageLink[] {
  if (query.limit === 0) return [];
  const full = rows.length >= query.limit;
  const links: PageLink[] = [];
  if (full || query.pageReverse) links.push({ rel: 'next', href: href(url, rows.at(-1)?.id, false) });
  if (full || !query.pageReverse) links.push({ rel: 'previous', href: href(url, rows[0]?.id, true) });
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
