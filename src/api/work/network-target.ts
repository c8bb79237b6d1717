/** The network of a port or subnet, as policies must know it. */
import { sql } from 'kysely';
import type { PolicyTarget } from '../engine/policy-check.ts';
import type { Work } from '../engine/resource.ts';
import { idsSharedWith } from '../engine/sharing.ts';
import { requiredText, type Values } from '../engine/values.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { seenNetwork } from './seen-network.ts';

/** A bulk asks for the same network many times. */
const known = new WeakMap<Work, Map<string, Partial<PolicyTarget>>>();

/** Throws 404 for a network that the caller may not see, when something is to be made there. */
export async function networkTarget(work: Work, values: Values): Promise<Partial<PolicyTarget>> {
  const id = requiredText(values, 'network_id');
  const ofWork = known.get(work) ?? new Map<string, Partial<PolicyTarget>>();
  known.set(work, ofWork);
  const target = ofWork.get(id) ?? (await readTarget(work, id, 'id' in values));
  ofWork.set(id, target);
  return target;
}

async function readTarget(work: Work, id: string, isThere: boolean): Promise<Partial<PolicyTarget>> {
  if (!isThere) {
    const { projectId, shared } = await seenNetwork(work, id);
    return { owners: { network: projectId }, networkShared: shared };
  }
  const { rows } = await sql<{ project_id: string; shared: boolean }>`
    select project_id, id = any(${idsSharedWith('network', work.caller.projectId)}) as shared from networks
    where id = ${id}`.execute(work.trx);
  const row = rows[0];
  if (row === undefined) throw networkErrors.notFound(id);
  return { owners: { network: row.project_id }, networkShared: row.shared };
}
