/** Ports that are plugged into this host and must not forward, because of how the host is set up. Pure. */
import { type HostView, type VmPort, viewHost } from '../compile/host-view.ts';
import type { Wiring } from '../compile/wiring.ts';
import type { Problem } from '../driver/host-driver.ts';
import type { Network, Share } from '../model/share.ts';

/** One problem for each, with what the operator can do about it. What is administratively down is no problem. */
export function unwired(share: Share, wiring: Wiring): readonly Problem[] {
  const view = viewHost(share, wiring);
  return view.vmPorts.flatMap((vmPort) => {
    const message = whyUnwired(view, vmPort);
    return message === null ? [] : [{ object: `port ${vmPort.id}`, namespace: '', message }];
  });
}

function whyUnwired({ share, wiring, networks }: HostView, { port, local, ovsPort }: VmPort): string | null {
  if (local !== null || port === undefined || port.host !== wiring.host || !port.adminStateUp) return null;
  const network = share.network[port.networkId];
  if (network === undefined || !network.adminStateUp) return null;
  if (networks.has(network.id)) {
    return `${ovsPort} stands on br-int without a Linux bridge, so its security groups cannot be enforced: plug it hybrid`;
  }
  return whyNotCarried(network, wiring);
}

function whyNotCarried({ id, networkType, physicalNetwork }: Network, wiring: Wiring): string {
  if (wiring.localVlans[id] === undefined) return 'no local VLAN is free on this host';
  if (physicalNetwork === null) return `this host ends no ${networkType} tunnels: set agent.local_ip`;
  return `this host has no bridge for provider network ${physicalNetwork}: add it to agent.bridge_mappings`;
}
