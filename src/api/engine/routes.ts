/** From method and path to what answers. */
import { requestErrors } from '../errors/request-errors.ts';
import { type Answer, type Call, create, list, remove, show, update } from './operations.ts';
import { enforce } from './policy.ts';
import type { PolicyTarget } from './policy-check.ts';
import { readOne } from './read.ts';
import type { Resource } from './resource.ts';
import { addTag, addTags, hasTag, removeTag, removeTags, replaceTags, showTags } from './tags.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Gives the answer; `parameters` are the path's segments that the pattern names with a colon, in order. */
export type Handler = (call: Call, ...parameters: readonly string[]) => Promise<Answer>;

export interface Route {
  readonly method: Method;
  /** `/routers/:id/l3-agents`, below `/v2.0`. */
  readonly pattern: string;
  readonly handler: Handler;
}

/** The routes that every resource has, and those of its tags; a sub-resource has them below its parent. */
export function resourceRoutes(resource: Resource): readonly Route[] {
  const { parent } = resource;
  if (parent === undefined) return plainRoutes(resource);
  return plainRoutes(resource).map(({ method, pattern, handler }) => ({
    method,
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
    { method: 'GET', pattern: many, handler: (call) => list(call, resource) },
    { method: 'POST', pattern: many, handler: (call) => create(call, resource) },
    { method: 'GET', pattern: one, handler: (call, id = '') => show(call, resource, id) },
    { method: 'PUT', pattern: one, handler: (call, id = '') => update(call, resource, id) },
    { method: 'DELETE', pattern: one, handler: (call, id = '') => remove(call, resource, id) },
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
  return [
    { method: 'GET', pattern: all, handler: (call, id = '') => showTags(call, resource, id) },
    { method: 'POST', pattern: all, handler: (call, id = '') => addTags(call, resource, id) },
    { method: 'PUT', pattern: all, handler: (call, id = '') => replaceTags(call, resource, id) },
    { method: 'DELETE', pattern: all, handler: (call, id = '') => removeTags(call, resource, id) },
    { method: 'GET', pattern: tag, handler: (call, id = '', name = '') => hasTag(call, resource, id, name) },
    { method: 'PUT', pattern: tag, handler: (call, id = '', name = '') => addTag(call, resource, id, name) },
    { method: 'DELETE', pattern: tag, handler: (call, id = '', name = '') => removeTag(call, resource, id, name) },
  ];
}

interface Compiled extends Route {
  readonly segments: readonly string[];
}

/** Finds routes by their first segment. Fixed segments win over parameters. */
export class RouteTable {
  private readonly byFirst = new Map<string, Compiled[]>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const segments = route.pattern.split('/').slice(1);
      const first = segments[0] ?? '';
      this.byFirst.set(first, [...(this.byFirst.get(first) ?? []), { ...route, segments }]);
    }
    const parameters = (route: Compiled) => route.segments.filter((segment) => segment.startsWith(':')).length;
    for (const same of this.byFirst.values()) same.sort((a, b) => parameters(a) - parameters(b));
  }

  /** Throws 404 for a path that nobody has, 405 for a method that the path does not know. */
  find(method: string, path: readonly string[]): (call: Call) => Promise<Answer> {
    const fitting = (this.byFirst.get(path[0] ?? '') ?? []).filter((route) => fits(route.segments, path));
    const route = fitting.find((one) => one.method === method);
    if (route === undefined) throw fitting.length > 0 ? requestErrors.methodNotAllowed() : requestErrors.notFound();
    const parameters = path.filter((_, index) => route.segments[index]?.startsWith(':'));
    return (call) => route.handler(call, ...parameters);
  }
}

function fits(segments: readonly string[], path: readonly string[]): boolean {
  return (
    segments.length === path.length &&
    segments.every((segment, index) => segment.startsWith(':') || segment === path[index])
  );
}
