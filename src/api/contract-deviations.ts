/**
 * Where a description is not what Neutron's attribute maps say, and why: by collection and attribute. A deviation that is none
 * any more fails the contract's test.
 */
export const deviations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ports: { dns_assignment: 'not there yet' },
  security_group_rules: { description: 'a rule is never changed, not its description either' },
  agents: { admin_state_up: 'not writable yet', description: 'not writable yet' },
};

/** Collections of services that let a list be filtered and sorted by anything: their attribute maps name no filters. */
export const filteredByAnything: readonly string[] = [
  'firewall_groups',
  'firewall_policies',
  'firewall_rules',
  'bgp_speakers',
  'bgp_peers',
  'tap_services',
  'tap_flows',
  'tap_mirrors',
];

/** The same for policies, by name. */
export const policyDeviations: Readonly<Record<string, string>> = {
  create_subnet: 'who may use a shared or external network of others may not put subnets on it',
};
