import { relative } from 'node:path';
import { outsideAddresses } from '../fabric.ts';
import type { Lab } from '../lab.ts';
import type { Access } from './access.ts';
import type { TaplineCommand } from './service.ts';

/** What to do with a demo that is up. */
export function guide(lab: Lab, access: Access, [, file = 'tapline']: TaplineCommand): string {
  const tapline = relative(process.cwd(), file) || file;
  return `
It stays up until Ctrl-C. In another terminal, as root:

  ${tapline} trace web1 ${outsideAddresses.resolver}
  ${tapline} trace ${outsideAddresses.gateway} web1 --protocol tcp --destination-port 443
  ${tapline} lab exec compute1 ovs-vsctl show
  ${tapline} lab exec compute1 ip netns exec vm-web1 ping ${outsideAddresses.internet}
  ${tapline} lab exec network1 ip netns

With OpenStack's own clients, as admin, on ${access.apiUrl}:

  export OS_CLIENT_CONFIG_FILE=${access.cloudsFile} OS_CLOUD=tapline
  openstack network list
  openstack port list --long

or  eval "$(${tapline} openrc)"

Logs: ${lab.directory}/controller/server.log, ${lab.directory}/<host>/agent.log
`;
}
