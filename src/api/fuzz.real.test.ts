/**
 * Random requests, right and wrong, over everything that the document of the API knows, as three callers. TAPLINE_FUZZ_SEED and
 * TAPLINE_FUZZ_RUNS repeat a run.
 */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allResources } from './all-resources.ts';
import { foreignObjects, Judge } from './fuzz/judge.ts';
import { callers, type Draft, operationsOf, requests } from './fuzz/requests.ts';
import { digests, World } from './fuzz/world.ts';
import { openApiDocument } from './openapi/document.ts';
import { openTestApi, otherProject, type TestApi, testProject } from './test-api.ts';

/** The gate asks the same each time, so that it is red for what a change broke; `TAPLINE_FUZZ_SEED=new` asks something else. */
const gateSeed = 20_261_125;
const wanted = process.env['TAPLINE_FUZZ_SEED'] ?? gateSeed;
const seed = wanted === 'new' ? Date.now() % 2 ** 31 : Number(wanted);
const runs = Number(process.env['TAPLINE_FUZZ_RUNS'] ?? 3000);
/** When the machine is slow, fewer are sent. */
const longestMs = process.env['TAPLINE_FUZZ_RUNS'] === undefined ? 45_000 : Number.POSITIVE_INFINITY;
const projects: Readonly<Record<string, string>> = { member: testProject, other: otherProject };

let api: TestApi;
const world = new World();

beforeAll(async () => {
  api = await openTestApi();
  await build();
});
afterAll(async () => await api?.[Symbol.asyncDispose]());

/** Something of everything that others hang on. */
async function build(): Promise<void> {
  const make = async (as: string, path: string, name: string, body: Record<string, unknown>) => {
    const made = await api.make(as, path, { [name]: body });
    world.learn(as, name, made.id);
    if (as !== 'admin') world.learn('admin', name, made.id);
    return made;
  };
  const outside = await make('admin', 'networks', 'network', { name: 'public', 'router:external': true });
  await make('admin', 'subnets', 'subnet', { network_id: outside.id, ip_version: 4, cidr: '203.0.113.0/24' });
  // Lists that make what is missing have made it.
  for (const { path, beforeList } of allResources) {
    for (const as of beforeList ? callers : []) await api.ask(as, 'GET', `/v2.0/${path}`);
  }
  for (const [as, projectId] of Object.entries(projects)) {
    world.learn(as, 'project', projectId);
    world.learn('admin', 'project', projectId);
    const net = await make(as, 'networks', 'network', { name: as });
    const subnet = await make(as, 'subnets', 'subnet', { network_id: net.id, ip_version: 4, cidr: '10.0.0.0/24' });
    await make(as, 'ports', 'port', { network_id: net.id });
    const router = await make(as, 'routers', 'router', { external_gateway_info: { network_id: outside.id } });
    await api.ask(as, 'PUT', `/v2.0/routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  }
}

/** What opens others' objects to a project: its own networks and groups, and what is shared with it. */
async function opened(projectId: string): Promise<ReadonlySet<unknown>> {
  const { rows } = await sql<{ id: string }>`
    select id from networks where shared or external or project_id = ${projectId}
    union select id from security_groups where project_id = ${projectId}
    union select object_id from rbac_policies where target_project in ('*', ${projectId})
    union select q.id from qos_rules q join rbac_policies r on r.object_id = q.qos_policy_id
      where r.target_project in ('*', ${projectId})`.execute(api.store.db);
  return new Set(rows.map((row) => row.id));
}

test(`nothing breaks, leaks or half happens (seed ${seed})`, { timeout: 600_000 }, async () => {
  console.log(`TAPLINE_FUZZ_SEED=${seed} TAPLINE_FUZZ_RUNS=${runs}`);
  const document = openApiDocument();
  const judge = new Judge(document);
  const drafts = fc.sample(requests(document), { seed, numRuns: runs });
  const end = performance.now() + longestMs;
  const complaints = new Map<string, string>();
  const statuses = new Map<number, number>();
  const succeeded = new Set<string>();
  let before = await digests(api.store);
  for (const [index, draft] of drafts.entries()) {
    if (performance.now() > end) break;
    const { text, found, status, after } = await send(judge, draft, before);
    before = after;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status < 300) succeeded.add(`${draft.method} ${draft.pattern}`);
    for (const one of found)
      complaints.set(
        `${draft.method} ${draft.pattern}: ${one.slice(0, 24)}`,
        `run ${index}: ${text.slice(0, 600)}: ${one.slice(0, 600)}`,
      );
  }
  console.log(
    [...statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', '),
  );
  const never = operationsOf(document)
    .map((one) => `${one.method} ${one.pattern}`)
    .filter((one) => !succeeded.has(one));
  if (process.env['TAPLINE_FUZZ_RUNS'] !== undefined) console.log(`never succeeded: ${never.join(', ')}`);
  expect(Object.fromEntries(complaints)).toEqual({});
});

/** The answer with all attributes: without them nobody knows whether an object is shared. */
async function whole(draft: Draft, body: unknown): Promise<unknown> {
  const query = draft.query.filter(([name]) => name !== 'fields');
  if (draft.method !== 'GET' || query.length === draft.query.length) return body;
  return (await api.ask(draft.as, draft.method, world.path({ ...draft, query }))).body;
}

async function send(judge: Judge, draft: Draft, before: ReadonlyMap<string, string>) {
  const path = world.path(draft);
  const body = world.fill(draft.as, draft.body);
  const headers = draft.ifMatch === undefined ? undefined : { 'if-match': draft.ifMatch };
  const answer = await api.ask(draft.as, draft.method, path, body, headers);
  const text = `${draft.as} ${draft.method} ${path.slice(0, 300)} ${JSON.stringify(body)?.slice(0, 2000)}`;
  const found = [...judge.complaints(draft.method, draft.pattern, answer.status, answer.body)];
  if (answer.status < 300) world.learnFrom(draft.as, answer.body);
  if (answer.status === 204 && draft.method === 'DELETE') world.forget(path.split('/').at(-1) ?? '');
  const after = await digests(api.store);
  if (answer.status >= 400) {
    const changed = [...after].filter(([name, digest]) => before.get(name) !== digest).map(([name]) => name);
    if (changed.length > 0) found.push(`answered ${answer.status} and changed ${changed.join(', ')}`);
  }
  const projectId = projects[draft.as];
  if (projectId !== undefined && answer.status < 300) {
    const ids = await opened(projectId);
    const isOpen = (one: Readonly<Record<string, unknown>>) =>
      one['shared'] === true || Object.values(one).some((value) => ids.has(value));
    const [foreign] = foreignObjects(await whole(draft, answer.body), projectId, isOpen);
    if (foreign !== undefined) found.push(`shows what is another's: ${JSON.stringify(foreign)}`);
  }
  return { text, found, status: answer.status, after };
}
