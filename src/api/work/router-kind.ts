/** What kind of router it is: on one host, highly available, distributed; asked for directly or by a flavor. */
import type { Row, Work } from '../engine/resource.ts';
import type { Values } from '../engine/values.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { routerErrors } from '../errors/router-errors.ts';
import { providerOfFlavor } from './flavor-provider.ts';
import { routerService } from './service-providers.ts';

export interface RouterKind {
  readonly distributed: boolean;
  readonly ha: boolean;
  readonly flavor_id: string | null;
}

const kinds = ['distributed', 'ha'] as const;

/** A flavor decides the kind; what a request says beside it must not differ. */
export async function wantedKind(work: Work, values: Values): Promise<RouterKind> {
  const flavorId = values['flavor_id'] ?? null;
  if (typeof flavorId !== 'string') {
    return { distributed: values['distributed'] === true, ha: values['ha'] === true, flavor_id: null };
  }
  const { provider, serviceType } = await providerOfFlavor(work, flavorId);
  if (serviceType !== routerService) throw requestErrors.invalidInput(`flavor ${flavorId} is not one of routers`);
  for (const kind of kinds) {
    const given = values[kind];
    if (typeof given === 'boolean' && given !== provider[kind]) {
      const said = given ? 'True' : 'False';
      throw requestErrors.invalidInput(`Provider ${provider.name} does not support ${kind}=${said}`);
    }
  }
  return { distributed: provider.distributed, ha: provider.ha, flavor_id: flavorId };
}

/** The kind changes only while the router is down, as it was before this request. */
export function changedKind(current: Row, changes: Values): { readonly distributed?: boolean; readonly ha?: boolean } {
  const changed: { distributed?: boolean; ha?: boolean } = {};
  for (const kind of kinds) {
    const wanted = changes[kind];
    if (typeof wanted !== 'boolean' || wanted === current[kind]) continue;
    if (current['admin_state_up'] === true) {
      throw routerErrors.bad(
        kind === 'ha'
          ? 'Cannot change HA attribute of active routers. Please set router admin_state_up to False prior to upgrade'
          : "Cannot change the 'distributed' attribute of active routers. Please set router admin_state_up to False prior to upgrade",
      );
    }
    changed[kind] = wanted;
  }
  return changed;
}
