/** From method and path to what answers. */
import { requestErrors } from '../errors/request-errors.ts';
import { type Answer, type Call, create, list, remove, show, update } from './operations.ts';
import { enforce } from './policy.ts';
import type { PolicyTarget } from './policy-check.ts';
import { readOne } from './read.ts';
import type { Resource } from './resource.ts';
import { addTag, addTags, hasTag, removeTag, removeTags, replaceTags, showTags, tagsSchema } from './tags.ts';
import type { Schema } from './validators.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Gives the answer; `parameters` are the path's segments that the pattern names with a colon, in order. */
export type Handler = (call: Call, ...parameters: readonly string[]) => Promise<Answer>;

/** What a route does, as the document of the API says it. */
export type Operation =
  | { readonly kind: 'list' | 'show' | 'create' | 'update' | 'delete'; readonly resource: Resource }
  | {
      readonly kind: 'action';
      readonly summary: string;
      /** The resource that it belongs to. */
      readonly resource?: Resource;
      /** Of the body that it takes; absent: none. */
      readonly body?: Schema;
      /** Of the body of its answer; absent: none. */
      readonly answer?: Schema;
      readonly status?: number;
    };

export interface Route {
  readonly method: Method;
  /** `/routers/:id/l3-agents`, below `/v2.0`. */
  readonly pattern: string;
  readonly handler: Handler;
  /** Absent: the document knows the path alone. */
  readonly operation?: Operation;
}

/** The routes that every resource has, and those of its tags; a sub-resource has them below its parent. */
export function resourceRoutes(resource: Resource): readonly Route[] {
  const { parent } = resource;
  if (parent === undefined) return plainRoutes(resource);
  return plainRoutes(resource).map(({ method, pattern, handler, operation }) => ({
    method,
    ...(operation && { operation }),
    pattern: `/${parent.resource.path}/:parent${pattern}`,
    handler: async (call, parentId = '', ...rest) => {
      // What the caller may not make below any parent is refused before the parent is looked for.
      if (method === 'POST') enforce(resource, 'create', call.caller, mostGenerous(call));
      // A parent that the caller may not see is not there for him.
      await readOne(call.store.db, parent.resource, call.caller, parentId, { fields: ['id'] });
      return await handler({ ...call, parentId }, ...rest);
    },
  }));
}

/** A target of which everything is the caller's own. */
function mostGenerous({ caller: { projectId } }: Call): PolicyTarget {
  return { projectId, values: {}, owners: { ext_parent: projectId } };
}

function plainRoutes(resource: Resource): readonly Route[] {
  const many = `/${resource.path}`;
  const one = `${many}/:id`;
  const routes: Route[] = [
    { method: 'GET', pattern: many, handler: (call) => list(call, resource), operation: { kind: 'list', resource } },
    {
      method: 'POST',
      pattern: many,
      handler: (call) => create(call, resource),
      operation: { kind: 'create', resource },
    },
    {
      method: 'GET',
      pattern: one,
      handler: (call, id = '') => show(call, resource, id),
      operation: { kind: 'show', resource },
    },
    {
      method: 'PUT',
      pattern: one,
      handler: (call, id = '') => update(call, resource, id),
      operation: { kind: 'update', resource },
    },
    {
      method: 'DELETE',
      pattern: one,
      handler: (call, id = '') => remove(call, resource, id),
      operation: { kind: 'delete', resource },
    },
  ];
  const { tagged } = resource;
  if (tagged === undefined) return routes;
  return [
    ...routes,
    ...tagRoutes(resource, one),
    ...(tagged.alsoAt ? tagRoutes(resource, `/${tagged.alsoAt}/:id`) : []),
  ];
}

function tagRoutes(resource: Resource, one: string): readonly Route[] {
  const all = `${one}/tags`;
  const tag = `${all}/:tag`;
  const body = tagsSchema;
  const action = (summary: string, more: Partial<Extract<Operation, { kind: 'action' }>> = {}) =>
    ({ kind: 'action', summary, resource, ...more }) as const;
  return [
    {
      method: 'GET',
      pattern: all,
      handler: (call, id = '') => showTags(call, resource, id),
      operation: action('Its tags', { answer: body }),
    },
    {
      method: 'POST',
      pattern: all,
      handler: (call, id = '') => addTags(call, resource, id),
      operation: action('Add tags', { status: 201, body, answer: body }),
    },
    {
      method: 'PUT',
      pattern: all,
      handler: (call, id = '') => replaceTags(call, resource, id),
      operation: action('Replace its tags', { body, answer: body }),
    },
    {
      method: 'DELETE',
      pattern: all,
      handler: (call, id = '') => removeTags(call, resource, id),
      operation: action('Remove its tags', { status: 204 }),
    },
    {
      method: 'GET',
      pattern: tag,
      handler: (call, id = '', name = '') => hasTag(call, resource, id, name),
      operation: action('Whether it has the tag', { status: 204 }),
    },
    {
      method: 'PUT',
      pattern: tag,
      handler: (call, id = '', name = '') => addTag(call, resource, id, name),
      operation: action('Add the tag', { status: 201 }),
    },
    {
      method: 'DELETE',
      pattern: tag,
      handler: (call, id = '', name = '') => removeTag(call, resource, id, name),
      operation: action('Remove the tag', { status: 204 }),
    },
  ];
}

interface Compiled extends Route {
  readonly segments: readonly string[];
}

/** Neutron takes `network_segment_ranges` for `network-segment-ranges`, and clients use either. */
const dashed = (segment: string): string => segment.replaceAll('_', '-');

/** Finds routes by their first segment. Fixed segments win over parameters. */
export class RouteTable {
  private readonly byFirst = new Map<string, Compiled[]>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const segments = route.pattern.split('/').slice(1);
      const first = dashed(segments[0] ?? '');
      this.byFirst.set(first, [...(this.byFirst.get(first) ?? []), { ...route, segments }]);
    }
    const parameters = (route: Compiled) => route.segments.filter((segment) => segment.startsWith(':')).length;
    for (const same of this.byFirst.values()) same.sort((a, b) => parameters(a) - parameters(b));
  }

  /** Throws 404 for a path that nobody has, 405 for a method that the path does not know. */
  find(method: string, path: readonly string[]): (call: Call) => Promise<Answer> {
    const fitting = (this.byFirst.get(dashed(path[0] ?? '')) ?? []).filter((route) => fits(route.segments, path));
    const route = fitting.find((one) => one.method === method);
    if (route === undefined) throw fitting.length > 0 ? requestErrors.methodNotAllowed() : requestErrors.notFound();
    const parameters = path.filter((_, index) => route.segments[index]?.startsWith(':'));
    return (call) => route.handler(call, ...parameters);
  }
}

function fits(segments: readonly string[], path: readonly string[]): boolean {
  return (
    segments.length === path.length &&
    segments.every((segment, index) => segment.startsWith(':') || dashed(segment) === dashed(path[index] ?? ''))
  );
}
