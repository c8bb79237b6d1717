/** Where floating IPs come from: the IPv4 subnets of external networks. */
import { sql } from 'kysely';
import { readOnly } from '../engine/attribute.ts';
import type { Caller } from '../engine/caller.ts';
import { list } from '../engine/operations.ts';
import type { Resource } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import { column, expression } from '../engine/standard-attributes.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { network } from './network.ts';

/** A pool is everybody's who sees it, so that it shows the project of whoever asks. */
const asker = readOnly(expression('text', ({ projectId }: Caller) => sql`${projectId}::text`));

export const floatingipPool: Resource = {
  name: 'floatingip_pool',
  collection: 'floatingip_pools',
  path: 'floatingip-pools',
  extensions: ['floatingip-pools'],
  from: sql`(
    select s.id, s.name, s.cidr, s.network_id from subnets s join networks n on n.id = s.network_id
    where n.external and s.ip_version = 4
  ) as t`,
  notFound: networkErrors.subnetNotFound,
  visible: (caller) => {
    // The network's own rule, which speaks of `t`, and so must the inner query.
    const seen = network.visible(caller);
    return sql`t.network_id in (select t.id from ${network.from} where ${seen})`;
  },
  attributes: {
    id: readOnly(column('id', 'uuid'), { visible: false }),
    subnet_id: readOnly(column('id', 'uuid')),
    subnet_name: readOnly(column('name')),
    network_id: readOnly(column('network_id', 'uuid')),
    cidr: readOnly(column('cidr', 'cidr')),
    project_id: asker,
    tenant_id: asker,
  },
};

/** The path that Neutron's reference names; its server and clients have the other one. */
export const floatingipPoolRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/floatingip_pools', handler: (call) => list(call, floatingipPool) },
];
