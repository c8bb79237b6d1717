/**
 * The shares of some hosts, read in one statement, and so from one moment: a number of queries that does not grow with
 * hosts or objects.
 *
 * A row is either an object (`kind`, `id`, `value`) with the scope that it belongs to, or says that a host holds a scope. The
 * scopes are a network (`n:`), a security group in use (`g:`), one named as remote (`r:`) and a host itself (`h:`). An address
 * group that a rule names is a remote group whose members do not come from ports. Objects
 * thus come once, however many hosts hold them, and as the JSON text that goes on the wire.
 */
import type { PreparedStatement } from '../store/database.ts';

export interface ShareRow {
  /** A `ShareKind`, or `holds`. */
  readonly kind: string;
  /** The object's id; for `holds` the host. */
  readonly id: string;
  readonly scope: string;
  /** The object as JSON text; null for `holds`. */
  readonly value: string | null;
}

/** Hosts; ports to read in any case; networks of which no other ports are read. */
export const shareQuery: PreparedStatement = {
  name: 'tapline-shares',
  text: `
WITH host_network AS MATERIALIZED (
  SELECT DISTINCT host_id AS host, network_id FROM ports WHERE host_id = ANY($1::text[])
), network AS MATERIALIZED (
  SELECT n.* FROM networks n WHERE n.id IN (SELECT network_id FROM host_network)
), host_group AS MATERIALIZED (
  SELECT DISTINCT p.host_id AS host, g.security_group_id AS id
  FROM ports p JOIN port_security_groups g ON g.port_id = p.id WHERE p.host_id = ANY($1::text[])
), rule AS MATERIALIZED (
  SELECT r.*, coalesce(r.remote_group_id, r.remote_address_group_id) AS remote_id
  FROM security_group_rules r WHERE r.security_group_id IN (SELECT id FROM host_group)
), host_remote AS (
  SELECT DISTINCT h.host, r.remote_id AS id
  FROM host_group h JOIN rule r ON r.security_group_id = h.id WHERE r.remote_id IS NOT NULL
), remote AS MATERIALIZED (
  SELECT DISTINCT remote_id AS id FROM rule WHERE remote_id IS NOT NULL
), kept AS MATERIALIZED (
  SELECT unnest($3::uuid[]) AS id
), carried AS MATERIALIZED (
  SELECT * FROM routers WHERE host = ANY($1::text[])
)
SELECT 'holds' AS kind, host AS id, 'n:' || network_id AS scope, NULL AS value FROM host_network
UNION ALL SELECT 'holds', host, 'g:' || id, NULL FROM host_group
UNION ALL SELECT 'holds', host, 'r:' || id, NULL FROM host_remote
UNION ALL
SELECT 'network', n.id::text, 'n:' || n.id, json_build_object(
  'id', n.id, 'name', n.name, 'projectId', n.project_id, 'networkType', n.network_type,
  'physicalNetwork', n.physical_network, 'segmentationId', n.segmentation_id, 'mtu', n.mtu,
  'external', n.external, 'adminStateUp', n.admin_state_up)::text
FROM network n
UNION ALL
SELECT 'subnet', s.id::text, 'n:' || s.network_id, json_build_object(
  'id', s.id, 'name', s.name, 'networkId', s.network_id, 'ipVersion', s.ip_version, 'cidr', s.cidr,
  'gatewayIp', s.gateway_ip, 'enableDhcp', s.enable_dhcp, 'dnsNameservers', s.dns_nameservers,
  'hostRoutes', s.host_routes, 'ipv6RaMode', s.ipv6_ra_mode, 'ipv6AddressMode', s.ipv6_address_mode)::text
FROM subnets s WHERE s.network_id IN (SELECT network_id FROM host_network)
UNION ALL
SELECT 'port', p.id::text, 'n:' || p.network_id, json_build_object(
  'id', p.id, 'name', p.name, 'networkId', p.network_id, 'projectId', p.project_id, 'macAddress', p.mac_address,
  'adminStateUp', p.admin_state_up,
  'fixedIps', coalesce((SELECT json_agg(json_build_object('subnetId', a.subnet_id, 'ipAddress', host(a.ip_address))
    ORDER BY a.position, a.ip_address) FROM ip_allocations a WHERE a.port_id = p.id), '[]'),
  'deviceOwner', p.device_owner, 'deviceId', p.device_id, 'host', p.host_id,
  'portSecurityEnabled', p.port_security_enabled,
  'securityGroupIds', coalesce((SELECT json_agg(g.security_group_id ORDER BY g.security_group_id)
    FROM port_security_groups g WHERE g.port_id = p.id), '[]'),
  'allowedAddressPairs', CASE WHEN p.allowed_address_pairs = '[]' THEN '[]' ELSE (
    SELECT json_agg(json_build_object('macAddress', coalesce(x.pair->>'mac_address', p.mac_address::text),
      'ipAddress', x.pair->>'ip_address') ORDER BY x.position)
    FROM jsonb_array_elements(p.allowed_address_pairs) WITH ORDINALITY AS x (pair, position)) END,
  'extraDhcpOptions', CASE WHEN p.extra_dhcp_opts = '[]' THEN '[]' ELSE (
    SELECT json_agg(json_build_object('name', x.opt->>'opt_name', 'value', x.opt->>'opt_value',
      'ipVersion', coalesce((x.opt->>'ip_version')::integer, 4)) ORDER BY x.position)
    FROM jsonb_array_elements(p.extra_dhcp_opts) WITH ORDINALITY AS x (opt, position)) END,
  'dnsName', p.dns_name)::text
FROM ports p WHERE p.network_id IN (SELECT network_id FROM host_network)
  AND (p.id = ANY($2::uuid[]) OR NOT EXISTS (SELECT 1 FROM kept k WHERE k.id = p.network_id))
UNION ALL
SELECT 'securityGroup', g.id::text, 'g:' || g.id, json_build_object(
  'id', g.id, 'name', g.name, 'stateful', g.stateful,
  'rules', coalesce((SELECT json_agg(json_build_object(
    'id', r.id, 'direction', r.direction, 'ethertype', r.ethertype, 'protocol', r.protocol,
    'portRangeMin', r.port_range_min, 'portRangeMax', r.port_range_max,
    'remoteIpPrefix', r.normalized_cidr, 'remoteGroupId', r.remote_id) ORDER BY r.id)
    FROM rule r WHERE r.security_group_id = g.id), '[]'))::text
FROM security_groups g WHERE g.id IN (SELECT id FROM host_group)
UNION ALL
SELECT 'securityGroupMembers', r.id::text, 'r:' || r.id, json_build_object('id', r.id,
  'ipv4', coalesce(json_agg(m.address ORDER BY m.address COLLATE "C") FILTER (WHERE m.version = 4), '[]'),
  'ipv6', coalesce(json_agg(m.address ORDER BY m.address COLLATE "C") FILTER (WHERE m.version = 6), '[]'))::text
FROM remote r LEFT JOIN LATERAL (
  SELECT family(a.ip_address) AS version, host(a.ip_address) AS address
  FROM port_security_groups g JOIN ip_allocations a ON a.port_id = g.port_id WHERE g.security_group_id = r.id
  UNION
  SELECT family((x.pair->>'ip_address')::inet), x.pair->>'ip_address'
  FROM port_security_groups g JOIN ports p ON p.id = g.port_id AND p.allowed_address_pairs <> '[]'
  CROSS JOIN LATERAL jsonb_array_elements(p.allowed_address_pairs) AS x (pair) WHERE g.security_group_id = r.id
  UNION
  SELECT family(a.address), a.address::text FROM address_group_addresses a WHERE a.address_group_id = r.id
) m ON true GROUP BY r.id
UNION ALL
SELECT 'router', r.id::text, 'h:' || r.host, json_build_object(
  'id', r.id, 'name', r.name, 'projectId', r.project_id, 'adminStateUp', r.admin_state_up,
  'gatewayPortId', r.gateway_port_id, 'enableSnat', r.enable_snat,
  'interfacePortIds', coalesce((SELECT json_agg(i.port_id ORDER BY i.port_id)
    FROM router_interfaces i WHERE i.router_id = r.id), '[]'),
  'routes', r.routes)::text
FROM carried r
UNION ALL
SELECT 'floatingIp', f.id::text, 'h:' || r.host, json_build_object(
  'id', f.id, 'routerId', f.router_id, 'floatingIpAddress', host(f.floating_ip_address),
  'fixedIpAddress', host(f.fixed_ip_address), 'portId', f.port_id)::text
FROM carried r JOIN floating_ips f ON f.router_id = r.id AND f.floating_network_id = r.gateway_network_id WHERE f.port_id IS NOT NULL
UNION ALL
SELECT 'forwardingIp', f.id::text, 'h:' || r.host, json_build_object(
  'id', f.id, 'routerId', f.router_id, 'floatingIpAddress', host(f.floating_ip_address),
  'forwardings', json_agg(json_build_object('id', p.id, 'protocol', p.protocol,
    'externalFirst', p.external_first, 'externalLast', p.external_last,
    'internalIpAddress', host(p.internal_ip_address), 'internalFirst', p.internal_first, 'internalLast', p.internal_last)
    ORDER BY p.protocol, p.external_first))::text
FROM carried r JOIN floating_ips f ON f.router_id = r.id AND f.floating_network_id = r.gateway_network_id
JOIN port_forwardings p ON p.floatingip_id = f.id GROUP BY f.id, f.router_id, f.floating_ip_address, r.host
UNION ALL
SELECT 'dhcpServer', d.network_id::text, 'h:' || d.host,
  json_build_object('id', d.network_id, 'portId', d.port_id)::text
FROM dhcp_servers d WHERE d.host = ANY($1::text[])
UNION ALL
SELECT 'portQos', p.id::text, 'h:' || p.host_id, json_build_object(
  'id', p.id, 'policyId', q.id,
  'egress', (SELECT json_build_object('maxKbps', r.max_kbps, 'maxBurstKbps', r.max_burst_kbps) FROM qos_rules r
    WHERE r.qos_policy_id = q.id AND r.type = 'bandwidth_limit' AND r.direction = 'egress'),
  'ingress', (SELECT json_build_object('maxKbps', r.max_kbps, 'maxBurstKbps', r.max_burst_kbps) FROM qos_rules r
    WHERE r.qos_policy_id = q.id AND r.type = 'bandwidth_limit' AND r.direction = 'ingress'),
  'dscpMark', (SELECT r.dscp_mark FROM qos_rules r WHERE r.qos_policy_id = q.id AND r.type = 'dscp_marking'))::text
FROM ports p JOIN networks n ON n.id = p.network_id JOIN qos_policies q
  ON q.id = coalesce(p.qos_policy_id, CASE WHEN p.device_owner LIKE 'network:%' THEN NULL ELSE n.qos_policy_id END)
WHERE p.host_id = ANY($1::text[])
UNION ALL
SELECT 'tunnelEndpoint', t.name, 'h:' || t.host, json_build_object('id', t.name, 'ip', host(t.local_ip))::text
FROM (
  SELECT DISTINCT hn.host, o.name, o.local_ip
  FROM host_network hn
  JOIN network n ON n.id = hn.network_id AND n.network_type IN ('vxlan', 'gre', 'geneve')
  JOIN (SELECT DISTINCT network_id, host_id FROM ports
    WHERE network_id IN (SELECT network_id FROM host_network) AND host_id <> '') p ON p.network_id = hn.network_id
  JOIN hosts o ON o.name = p.host_id AND o.name <> hn.host AND o.local_ip IS NOT NULL
) t`,
};
