import type { Flow } from '../host/host-state.ts';
import { eui64Address, toCidr } from '../model/addresses.ts';
import type { Port } from '../model/share.ts';
import { parseBlock } from './block.ts';
import { flow, inPort } from './compiled-flow.ts';
import { INTEGRATION } from './flow-tables.ts';
import type { HostView } from './host-view.ts';
import { kernelAddress, kernelBlock } from './kernel-address.ts';
import type { Piece } from './piece.ts';

const LINK_LOCAL = toCidr('fe80::/64');

/** A port may only speak with its MAC addresses, and claim its own addresses by ARP and neighbour advertisements. */
export function spoofGuard({ vmPorts }: HostView): readonly Piece[] {
  return vmPorts.flatMap(({ port, ovsPort, local }) =>
    port === undefined || local === null || !port.portSecurityEnabled
      ? []
      : [{ bridges: { 'br-int': { flows: guardFlows(port, ovsPort) } } }],
  );
}

/** The link-local address that a MAC address makes (RFC 4291, appendix A), as the kernel prints it. */
export function linkLocalAddress(macAddress: string): string {
  return kernelAddress(eui64Address(LINK_LOCAL, macAddress));
}

function guardFlows(port: Port, ovsPort: string): readonly Flow[] {
  const from = inPort(ovsPort);
  const macs = new Set([port.macAddress, ...port.allowedAddressPairs.map((pair) => pair.macAddress)].map(lower));
  const texts = [...port.fixedIps, ...port.allowedAddressPairs].map(({ ipAddress }) => ipAddress);
  const blocks = texts.flatMap((text) => parseBlock(text) ?? []);
  const ipv4 = blocks.filter(({ version }) => version === 4);
  const ipv6 = blocks.filter(({ version }) => version === 6);
  const targets = new Set([...ipv6.map(kernelBlock), ...[...macs].map(linkLocalAddress)]);
  const advertisement = `icmp6,${from},icmp_type=136`;
  // A pair that allows every address leaves nothing to check, and OpenFlow has no match on zero bits: only the MAC address counts.
  const anyIpv4 = ipv4.some(({ prefixLength }) => prefixLength === 0);
  const anyIpv6 = ipv6.some(({ prefixLength }) => prefixLength === 0);
  return [
    flow(0, 9, from, `goto_table:${INTEGRATION.macSpoof}`),
    ...[...macs].map((mac) =>
      flow(INTEGRATION.macSpoof, 2, `${from},dl_src=${mac}`, `goto_table:${INTEGRATION.packetRateLimit}`),
    ),
    ...(anyIpv6
      ? []
      : [
          flow(0, 10, advertisement, `goto_table:${INTEGRATION.arpSpoof}`),
          ...[...targets].map((target) =>
            flow(
              INTEGRATION.arpSpoof,
              2,
              `${advertisement},nd_target=${target}`,
              `goto_table:${INTEGRATION.transientFirst}`,
            ),
          ),
        ]),
    ...(anyIpv4
      ? []
      : [
          flow(0, 10, `arp,${from}`, `goto_table:${INTEGRATION.arpSpoof}`),
          ...[...new Set(ipv4.map(kernelBlock))].map((source) =>
            flow(INTEGRATION.arpSpoof, 2, `arp,${from},arp_spa=${source}`, `goto_table:${INTEGRATION.macSpoof}`),
          ),
        ]),
  ];
}

function lower(text: string): string {
  return text.toLowerCase();
}
