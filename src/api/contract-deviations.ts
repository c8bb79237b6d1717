/**
 * Where a description is not what Neutron's attribute maps say, and why: by collection and attribute. A deviation that is none
 * any more fails the contract's test.
 */
export const deviations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  subnets: {
    shared: 'a filter that no request gives, so there is nothing to enforce',
    service_types: 'the policies create_subnet:service_types and update_subnet:service_types are really asked',
  },
  security_groups: { stateful: 'what is not given is decided by security_groups_default_statefulness' },
  bindings: { project_id: "a binding is its port's, and no request says otherwise" },
  security_group_rules: { description: 'a rule is never changed, not its description either' },
  agents: { admin_state_up: 'not writable yet', description: 'not writable yet' },
};

/** The same for policies, by name. */
export const policyDeviations: Readonly<Record<string, string>> = {
  get_policy:
    'a policy that is shared is there for others: changing it is refused, not hidden, as with the older defaults',
  delete_port:
    'the owner of a network may remove what others put on it, as older Neutron has it and its suites ask for',
  get_port: 'the owner of a network sees what others put on it, which he may remove',
  create_subnet: 'who may use a shared or external network of others may not put subnets on it',
};
