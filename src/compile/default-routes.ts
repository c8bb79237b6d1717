import type { Route } from '../host/host-state.ts';
import { isInCidr } from '../model/addresses.ts';
import type { Subnet } from '../model/share.ts';
import { kernelAddressText } from './kernel-address.ts';

/**
 * The way out by the gateways of the subnets that a device has addresses in, one an IP version. A gateway outside its subnet is
 * first said to be on the link.
 */
export function defaultRoutes(subnets: readonly Subnet[], dev: string): readonly Route[] {
  return ([4, 6] as const).flatMap((ipVersion): readonly Route[] => {
    const subnet = subnets.find((one) => one.ipVersion === ipVersion && one.gatewayIp !== null);
    if (subnet === undefined || subnet.gatewayIp === null) return [];
    const via = kernelAddressText(subnet.gatewayIp);
    const route: Route = { destination: 'default', via, dev, protocol: 'static', ipVersion };
    const onLink = isInCidr(subnet.gatewayIp, subnet.cidr) || via.startsWith('fe80:');
    return onLink ? [route] : [{ destination: via, dev, protocol: 'static', ipVersion }, route];
  });
}
