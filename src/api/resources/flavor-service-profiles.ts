/** Which service profiles a flavor stands for, and who would make what it asks for. */
import { violatedConstraint } from '../../store/transaction.ts';
import { isObject, type Json } from '../engine/json.ts';
import { type Answer, type Call, readForChange, transact } from '../engine/operations.ts';
import { enforcePolicy } from '../engine/policy.ts';
import { readOne } from '../engine/read.ts';
import type { Route } from '../engine/routes.ts';
import { isUuid } from '../engine/validators.ts';
import { flavorErrors } from '../errors/flavor-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { providerOfFlavor } from '../work/flavor-provider.ts';
import { flavor } from './flavor.ts';

const target = { projectId: '', values: {} };
const many = '/flavors/:id/service_profiles';
const one = `${many}/:profile`;

export const flavorServiceProfileRoutes: readonly Route[] = [
  { method: 'GET', pattern: many, handler: (call, id = '') => listProfiles(call, id) },
  { method: 'GET', pattern: one, handler: (call, id = '', profileId = '') => showProfile(call, id, profileId) },
  { method: 'POST', pattern: many, handler: (call, id = '') => addProfile(call, id) },
  { method: 'DELETE', pattern: one, handler: (call, id = '', profileId = '') => removeProfile(call, id, profileId) },
  { method: 'GET', pattern: '/flavors/:id/next_providers', handler: (call, id = '') => nextProviders(call, id) },
];

async function listProfiles(call: Call, id: string): Promise<Answer> {
  enforcePolicy('get_flavor_service_profile', call.caller, target);
  return { status: 200, body: { service_profiles: (await profilesOf(call, id)).map((profile) => ({ id: profile })) } };
}

async function showProfile(call: Call, id: string, profileId: string): Promise<Answer> {
  enforcePolicy('get_flavor_service_profile', call.caller, target);
  if (!(await profilesOf(call, id)).includes(profileId)) throw flavorErrors.bindingNotFound(profileId, id);
  return { status: 200, body: { service_profile: { id: profileId } } };
}

async function profilesOf(call: Call, id: string): Promise<readonly string[]> {
  const row = await readOne(call.store.db, flavor, call.caller, id, { fields: ['id', 'service_profiles'] });
  const profiles = row['service_profiles'];
  return Array.isArray(profiles) ? profiles.map(String) : [];
}

/** Answers the flavor, as Neutron does. */
async function addProfile(call: Call, id: string): Promise<Answer> {
  enforcePolicy('create_flavor_service_profile', call.caller, target);
  const profileId = readProfileId(call.body);
  const row = await transact(call, async (work) => {
    await readForChange(work, call, flavor, id);
    try {
      await work.trx
        .insertInto('flavor_service_profiles')
        .values({ flavor_id: id, service_profile_id: profileId })
        .execute();
    } catch (error) {
      const constraint = violatedConstraint(error);
      if (constraint === 'flavor_service_profiles_once') throw flavorErrors.bindingExists(profileId, id);
      if (constraint !== undefined) throw flavorErrors.profileNotFound(profileId);
      throw error;
    }
    return await readOne(work.trx, flavor, call.caller, id);
  });
  return { status: 201, body: { service_profile: row } };
}

async function removeProfile(call: Call, id: string, profileId: string): Promise<Answer> {
  enforcePolicy('delete_flavor_service_profile', call.caller, target);
  if (!isUuid(profileId)) throw flavorErrors.bindingNotFound(profileId, id);
  await transact(call, async (work) => {
    await readForChange(work, call, flavor, id);
    const { numDeletedRows } = await work.trx
      .deleteFrom('flavor_service_profiles')
      .where('flavor_id', '=', id)
      .where('service_profile_id', '=', profileId)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw flavorErrors.bindingNotFound(profileId, id);
  });
  return { status: 204 };
}

async function nextProviders(call: Call, id: string): Promise<Answer> {
  const { provider, metainfo } = await transact(call, (work) => providerOfFlavor(work, id));
  const next = { provider: provider.name, driver: provider.driver, metainfo };
  return { status: 200, body: { next_providers: [next] } };
}

function readProfileId(body: Json | undefined): string {
  const inner = isObject(body) ? body['service_profile'] : undefined;
  if (!isObject(inner)) throw requestErrors.rootMissing('service_profile');
  const { id, ...rest } = inner;
  const unknown = Object.keys(rest).filter((name) => name !== 'project_id' && name !== 'tenant_id');
  if (unknown.length > 0) throw requestErrors.unrecognized(unknown);
  if (id === undefined) throw requestErrors.required('id');
  if (!isUuid(id)) throw requestErrors.invalidAttribute('id', `'${String(id)}' is not a valid UUID`);
  return id;
}
