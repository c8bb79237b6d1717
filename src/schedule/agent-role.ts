/** What an agent offers to carry, as in `hosts.roles`. */
export type AgentRoleName = 'l3' | 'dhcp';
