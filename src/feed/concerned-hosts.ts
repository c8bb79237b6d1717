/** Who must hear of a change: looked up by indexes, never by walking all hosts. */
import type { ShareKind } from '../model/share.ts';
import type { ReadChange } from '../store/changes.ts';
import type { PreparedStatement, Store } from '../store/database.ts';
import type { ObjectKey } from './shares.ts';

/** The share's kinds in which an object of the API shows. */
const shown: Readonly<Record<string, readonly ShareKind[]>> = {
  network: ['network', 'dhcpServer'],
  subnet: ['subnet'],
  port: ['port', 'portQos'],
  router: ['router'],
  floatingip: ['floatingIp', 'forwardingIp'],
  security_group: ['securityGroup', 'securityGroupMembers'],
  address_group: ['securityGroupMembers'],
  host: ['tunnelEndpoint'],
};

/** Networks, subnets, ports, routers, floating IPs, groups, rules, host names, address groups, QoS policies. */
const concernedQuery: PreparedStatement = {
  name: 'tapline-concerned-hosts',
  text: `
WITH network AS MATERIALIZED (
  SELECT unnest($1::uuid[]) AS id
  UNION SELECT network_id FROM subnets WHERE id = ANY($2::uuid[])
  UNION SELECT network_id FROM ports WHERE id = ANY($3::uuid[])
  UNION SELECT network_id FROM ports WHERE host_id = ANY($8::text[])
), touched AS MATERIALIZED (
  SELECT unnest($6::uuid[]) AS id
  UNION SELECT security_group_id FROM security_group_rules WHERE id = ANY($7::uuid[])
), filtering AS MATERIALIZED (
  SELECT id FROM touched
  UNION SELECT security_group_id FROM security_group_rules WHERE remote_address_group_id = ANY($9::uuid[])
  UNION SELECT r.security_group_id FROM security_group_rules r WHERE r.remote_group_id IN (
    SELECT id FROM touched
    UNION SELECT security_group_id FROM port_security_groups WHERE port_id = ANY($3::uuid[]))
)
SELECT host_id AS host FROM ports WHERE network_id IN (SELECT id FROM network) AND host_id <> ''
UNION SELECT p.host_id FROM port_security_groups g JOIN ports p ON p.id = g.port_id
  WHERE g.security_group_id IN (SELECT id FROM filtering) AND p.host_id <> ''
UNION SELECT host FROM routers WHERE id = ANY($4::uuid[]) AND host <> ''
UNION SELECT r.host FROM floating_ips f JOIN routers r ON r.id = f.router_id
  WHERE f.id = ANY($5::uuid[]) AND r.host <> ''
UNION SELECT host FROM dhcp_servers WHERE network_id = ANY($1::uuid[])
UNION SELECT host_id FROM ports WHERE qos_policy_id = ANY($10::uuid[]) AND host_id <> ''
UNION SELECT p.host_id FROM networks n JOIN ports p ON p.network_id = n.id
  WHERE n.qos_policy_id = ANY($10::uuid[]) AND p.qos_policy_id IS NULL AND p.device_owner NOT LIKE 'network:%' AND p.host_id <> ''`,
};

/** After networks, in the order of the query. */
const kindsLookedUp = [
  'subnet',
  'port',
  'router',
  'floatingip',
  'security_group',
  'security_group_rule',
  'host',
  'address_group',
  'policy',
];

/** The hosts that a change can concern: by what the rows say now, by what was said with the change, by what they hold. */
export async function concernedHosts(
  store: Store,
  changes: readonly ReadChange[],
  holders: (key: ObjectKey) => Iterable<string>,
): Promise<ReadonlySet<string>> {
  const concerned = new Set<string>();
  for (const change of changes) {
    for (const host of change.hosts) concerned.add(host);
    for (const kind of shown[change.kind] ?? []) {
      for (const host of holders(`${kind}:${change.id}`)) concerned.add(host);
    }
  }
  const ids = (kind: string): readonly string[] => changes.filter((change) => change.kind === kind).map(({ id }) => id);
  const networks = changes.flatMap(({ networkId }) => networkId ?? []);
  const values = [[...new Set([...ids('network'), ...networks])], ...kindsLookedUp.map(ids)];
  if (values.some((list) => list.length > 0)) {
    for (const row of await store.query<{ host: string }>(concernedQuery, values)) concerned.add(row.host);
  }
  return concerned;
}
