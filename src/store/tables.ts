/** The tables as Kysely sees them, a file a family; `migrations/*.sql` is what they are. */
import type { GroupTables } from './tables/groups.ts';
import type { IdentityTables } from './tables/identity.ts';
import type { NetworkTables } from './tables/network.ts';
import type { QosTrunksTables } from './tables/qos-trunks.ts';
import type { ServerTables } from './tables/server.ts';
import type { ServiceTables } from './tables/services.ts';

export interface Database
  extends NetworkTables,
    GroupTables,
    IdentityTables,
    ServerTables,
    QosTrunksTables,
    ServiceTables {}
