import { toCidr } from '../model/addresses.ts';
import type { Port, Subnet } from '../model/share.ts';
import { byAddress } from './block.ts';
import { kernelAddressText } from './kernel-address.ts';

/** The port's fixed IPs with their subnets' prefix lengths, in order, as a device of the host carries them. */
export function deviceAddresses(port: Port, subnets: Readonly<Record<string, Subnet>>): readonly string[] {
  return [...port.fixedIps]
    .sort((a, b) => byAddress(a.ipAddress, b.ipAddress))
    .flatMap(({ subnetId, ipAddress }) => {
      const subnet = subnets[subnetId];
      return subnet === undefined ? [] : [`${kernelAddressText(ipAddress)}/${toCidr(subnet.cidr).prefixLength}`];
    });
}
