import { relative } from 'node:path';
import { outsideAddresses } from '../fabric.ts';
import type { Lab } from '../lab.ts';
import type { Access } from './access.ts';
import { defaultLabName } from './demo-directory.ts';
import type { TaplineCommand } from './service.ts';

/** What to do with a demo that is up. */
export function guide(lab: Lab, access: Access, [, file = 'tapline']: TaplineCommand): string {
  const tapline = relative(process.cwd(), file) || file;
  // The usual lab is found by itself.
  const isUsual = lab.name === defaultLabName;
  const config = isUsual ? '' : ` --config ${access.configFile}`;
  const exec = `${tapline} lab exec${isUsual ? '' : ` --name ${lab.name}`}`;
  return `
It stays up until Ctrl-C. In another terminal, as root:

  ${tapline} trace${config} web1 ${outsideAddresses.resolver}
  ${tapline} trace${config} ${outsideAddresses.gateway} web1 --protocol tcp --destination-port 443
  ${exec} compute1 ovs-vsctl show
  ${exec} compute1 ip netns exec vm-web1 ping ${outsideAddresses.internet}
  ${exec} network1 ip netns

With OpenStack's own clients, as admin, on ${access.apiUrl}:

  export OS_CLIENT_CONFIG_FILE=${access.cloudsFile} OS_CLOUD=tapline
  openstack network list
  openstack port list --long

or  eval "$(${tapline} openrc${config})"

Logs: ${lab.directory}/controller/server.log, ${lab.directory}/<host>/agent.log
`;
}
