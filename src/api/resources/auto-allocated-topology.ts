/** `GET /auto-allocated-topology/{project}`: a network that works, for a project that only wants one. */

import { readFields } from '../engine/list-query.ts';
import { type Answer, type Call, transact } from '../engine/operations.ts';
import { enforcePolicy } from '../engine/policy.ts';
import type { Route } from '../engine/routes.ts';
import { topologyErrors } from '../errors/topology-errors.ts';
import { removeTopology, topologyOf, topologyRequirements } from '../work/auto-topology.ts';

const pattern = '/auto-allocated-topology/:project';

export const autoAllocatedTopologyRoutes: readonly Route[] = [
  { method: 'GET', pattern, handler: (call, project = '') => getTopology(call, project) },
  { method: 'DELETE', pattern, handler: (call, project = '') => deleteTopology(call, project) },
];

async function getTopology(call: Call, given: string): Promise<Answer> {
  const projectId = checkProject(call, 'get_auto_allocated_topology', given);
  const fields = readFields(call.url.searchParams);
  const dryRun = fields.includes('dry-run');
  if (fields.length > 0 && !dryRun) throw topologyErrors.unknownField();
  const id = await transact(call, async (work) => {
    if (!dryRun) return await topologyOf(work, projectId);
    await topologyRequirements(work);
    return 'dry-run=pass';
  });
  return { status: 200, body: { auto_allocated_topology: { id, tenant_id: projectId, project_id: projectId } } };
}

async function deleteTopology(call: Call, given: string): Promise<Answer> {
  const projectId = checkProject(call, 'delete_auto_allocated_topology', given);
  await transact(call, (work) => removeTopology(work, projectId));
  return { status: 204 };
}

/** Clients that name no project write `None` into the path. */
function checkProject(call: Call, policy: string, given: string): string {
  const projectId = given === 'None' ? call.caller.projectId : given;
  if (projectId !== call.caller.projectId && !call.caller.isAdmin) throw topologyErrors.otherProject();
  enforcePolicy(policy, call.caller, { projectId, values: {} });
  return projectId;
}
