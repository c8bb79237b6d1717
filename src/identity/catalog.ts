/** The service catalogue: where this cloud's network and identity APIs are. */
import { createHash } from 'node:crypto';

export interface Endpoint {
  readonly id: string;
  readonly interface: string;
  readonly region: string;
  readonly region_id: string;
  readonly url: string;
}

export interface Service {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
}

/** `base` is the address under which the client reached us, without a slash at its end. */
export function catalog(base: string, region: string): readonly Service[] {
  return [service('network', 'neutron', base, region), service('identity', 'keystone', `${base}/identity/v3`, region)];
}

function service(type: string, name: string, url: string, region: string): Service {
  return {
    id: stableId(type),
    type,
    name,
    endpoints: ['public', 'internal', 'admin'].map((kind) => ({
      id: stableId(`${type} ${kind} ${region}`),
      interface: kind,
      region,
      region_id: region,
      url,
    })),
  };
}

/** The same on every server and after every start, without a table. */
function stableId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
