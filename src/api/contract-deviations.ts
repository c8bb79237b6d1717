/**
 * Where a description is not what Neutron's attribute maps say, and why: by collection and attribute. A deviation that is none
 * any more fails the contract's test.
 */
export const deviations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  security_groups: { stateful: 'what is not given is decided by security_groups_default_statefulness' },
  networks: { tags: 'tag-creation: given as the object is made, which the older facts have for ports alone' },
  bindings: { project_id: "a binding is its port's, and no request says otherwise" },
  security_group_rules: { description: 'a rule is never changed, not its description either' },
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
  get_policy:
    'a policy that is shared is there for others: changing it is refused, not hidden, as with the older defaults',
  delete_port:
    'the owner of a network may remove what others put on it, as older Neutron has it and its suites ask for',
  get_port: 'the owner of a network sees what others put on it, which he may remove',
  create_subnet: 'who may use a shared or external network of others may not put subnets on it',
};
