/** From a flavor to the provider that its first profile names. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { isUuid } from '../engine/validators.ts';
import { flavorErrors } from '../errors/flavor-errors.ts';
import { providerOf, type ServiceProvider } from './service-providers.ts';

export interface FlavorProvider {
  readonly provider: ServiceProvider;
  readonly metainfo: string;
  readonly serviceType: string;
}

/** Throws what Neutron says of a flavor that is not there, is disabled, or leads nowhere. The flavor stays until the work is done. */
export async function providerOfFlavor(work: Work, flavorId: string): Promise<FlavorProvider> {
  const { rows: flavors } = isUuid(flavorId)
    ? await sql<{ enabled: boolean; service_type: string }>`
        select enabled, service_type from flavors where id = ${flavorId} for key share`.execute(work.trx)
    : { rows: [] };
  const flavor = flavors[0];
  if (flavor === undefined) throw flavorErrors.notFound(flavorId);
  if (!flavor.enabled) throw flavorErrors.disabled();
  const { rows: profiles } = await sql<{ driver: string; metainfo: string; enabled: boolean }>`
    select p.driver, p.metainfo, p.enabled from flavor_service_profiles b join service_profiles p on p.id = b.service_profile_id
    where b.flavor_id = ${flavorId} order by b.position limit 1`.execute(work.trx);
  const profile = profiles[0];
  if (profile === undefined) throw flavorErrors.bindingNotFound('', flavorId);
  if (!profile.enabled) throw flavorErrors.profileDisabled();
  const provider = providerOf(profile.driver);
  if (provider === undefined) throw flavorErrors.driverNotFound(profile.driver);
  return { provider, metainfo: profile.metainfo, serviceType: flavor.service_type };
}
