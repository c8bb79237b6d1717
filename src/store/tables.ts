/** The tables as Kysely sees them, a file a family; `migrations/*.sql` is what they are. */
import type { FirewallTables } from './tables/firewall.ts';
import type { GroupTables } from './tables/groups.ts';
import type { IdentityTables } from './tables/identity.ts';
import type { NetworkTables } from './tables/network.ts';
import type { QosTrunksTables } from './tables/qos-trunks.ts';
import type { RouterTables } from './tables/router.ts';
import type { RoutingAndTapTables } from './tables/routing-and-taps.ts';
import type { SegmentTables } from './tables/segments.ts';
import type { ServerTables } from './tables/server.ts';
import type { ServiceTables } from './tables/services.ts';
import type { SubnetpoolTables } from './tables/subnetpools.ts';

export interface Database
  extends NetworkTables,
    GroupTables,
    RouterTables,
    IdentityTables,
    ServerTables,
    ServiceTables,
    QosTrunksTables,
    SegmentTables,
    FirewallTables,
    RoutingAndTapTables,
    SubnetpoolTables {}
