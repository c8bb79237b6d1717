/** Extensions: what of Neutron's API works here, by alias. Clients decide by it what they ask for. */

import type { JsonObject } from '../engine/json.ts';
import type { Route } from '../engine/routes.ts';
import { missingExtension } from '../errors.ts';

/** Alias, name and the day of Neutron's definition. */
const known: readonly (readonly [alias: string, name: string, updated: string])[] = [
  ['agent', 'agent', '2013-02-03'],
  ['allowed-address-pairs', 'Allowed Address Pairs', '2013-07-23'],
  ['availability_zone', 'Availability Zone', '2015-01-01'],
  ['binding', 'Port Binding', '2014-02-03'],
  ['dhcp_agent_scheduler', 'DHCP Agent Scheduler', '2013-02-07'],
  ['empty-string-filtering', 'Empty String Filtering Extension', '2018-05-01'],
  ['ext-gw-mode', 'Neutron L3 Configurable external gateway mode', '2013-03-28'],
  ['external-net', 'Neutron external network', '2013-01-14'],
  ['extra_dhcp_opt', 'Neutron Extra DHCP options', '2013-03-17'],
  ['extraroute', 'Neutron Extra Route', '2013-02-01'],
  ['extraroute-atomic', 'Atomically add/remove extra routes', '2019-07-10'],
  ['filter-validation', 'Filter parameters validation', '2018-07-04'],
  ['fip-port-details', 'Floating IP Port Details Extension', '2018-04-09'],
  ['ip-substring-filtering', 'IP address substring filtering', '2017-11-28'],
  ['l3_agent_scheduler', 'L3 Agent Scheduler', '2013-02-07'],
  ['net-mtu', 'Network MTU', '2015-03-25'],
  ['net-mtu-writable', 'Network MTU (writable)', '2017-07-12'],
  ['network-ip-availability', 'Network IP Availability', '2015-09-24'],
  ['network_availability_zone', 'Network Availability Zone', '2015-01-01'],
  ['pagination', 'Pagination support', '2016-06-12'],
  ['port-security', 'Port Security', '2012-07-23'],
  ['port-security-groups-filtering', 'Port filtering on security groups', '2018-01-09'],
  ['project-id', 'project_id field enabled', '2016-09-09'],
  ['provider', 'Provider Network', '2012-09-07'],
  ['quota_details', 'Quota details management support', '2017-02-10'],
  ['quotas', 'Quota management support', '2012-07-29'],
  ['revision-if-match', 'If-Match constraints based on revision_number', '2016-12-11'],
  ['router', 'Neutron L3 Router', '2012-07-20'],
  ['router_availability_zone', 'Router Availability Zone', '2015-01-01'],
  ['security-group', 'security-group', '2012-10-05'],
  ['security-groups-normalized-cidr', 'Normalized CIDR field for security group rules', '2020-07-28'],
  ['sorting', 'Sorting support', '2016-06-12'],
  ['standard-attr-description', 'standard-attr-description', '2016-02-10'],
  ['standard-attr-revisions', 'Resource revision numbers', '2016-04-11'],
  [
    'standard-attr-tag',
    'Tag support for resources with standard attribute: port, subnet, subnetpool, network, router, floatingip, security_group, policy',
    '2017-01-01',
  ],
  ['standard-attr-timestamp', 'Resource timestamps', '2016-09-12'],
  ['stateful-security-group', 'Stateful security group', '2019-11-26'],
  ['subnet-service-types', 'Subnet service types', '2016-03-15'],
];

const extensions: readonly JsonObject[] = known.map(([alias, name, updated]) => ({
  alias,
  name,
  description: name,
  updated: `${updated}T10:00:00-00:00`,
  links: [],
}));

export const extensionRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/extensions', handler: async () => ({ status: 200, body: { extensions } }) },
  {
    method: 'GET',
    pattern: '/extensions/:alias',
    handler: async (_call, alias = '') => {
      const extension = extensions.find((one) => one['alias'] === alias);
      if (extension === undefined) throw missingExtension(alias);
      return { status: 200, body: { extension } };
    },
  },
];
