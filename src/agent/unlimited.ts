/** What QoS policies say of ports of this host and this host cannot bring about. Pure. */
import { isServicePort, type VmPort, viewHost } from '../compile/host-view.ts';
import { isTooSlow, slowestKbps } from '../compile/qos.ts';
import type { Wiring } from '../compile/wiring.ts';
import type { Problem } from '../driver/host-driver.ts';
import type { PortQos, Share } from '../model/share.ts';

/** One problem for each port, so that nobody takes a rule that is only kept for one that holds. */
export function unlimited(share: Share, wiring: Wiring): readonly Problem[] {
  const vmPorts = new Map(viewHost(share, wiring).vmPorts.map((vmPort) => [vmPort.id, vmPort]));
  return Object.values(share.portQos).flatMap((wanted) => {
    const message = whyNot(wanted, share, vmPorts.get(wanted.id));
    return message === null ? [] : [{ object: `port ${wanted.id}`, namespace: '', message }];
  });
}

function whyNot(wanted: PortQos, share: Share, vmPort: VmPort | undefined): string | null {
  const { id, egress, ingress, dscpMark } = wanted;
  const port = share.port[id];
  if (port === undefined) return null;
  if (isServicePort(port)) {
    if (egress === null && ingress === null && dscpMark === null) return null;
    return 'hosts neither limit nor mark ports of routers and DHCP servers: give the policy to the ports behind them';
  }
  if (vmPort?.local == null) return null;
  const { mtu } = vmPort.local.network;
  if (isTooSlow(egress, mtu) || isTooSlow(ingress, mtu)) {
    return `no host can hold a port with an MTU of ${mtu} to less than ${slowestKbps(mtu)} kbit/s`;
  }
  if ((egress !== null || ingress !== null) && !vmPort.isHybrid) {
    return `${vmPort.ovsPort} stands on br-int without a Linux bridge, so its bandwidth cannot be limited: plug it hybrid`;
  }
  return null;
}
