import type { ForwardingIp, PortForwarding } from '../model/share.ts';

/** The rules of the chain `fip-pf`: what comes for a forwarded port goes to its fixed IP, whoever has the other ports. */
export function forwardingRules(floatingIps: readonly ForwardingIp[]): readonly string[] {
  return floatingIps.flatMap(({ floatingIpAddress, forwardings }) =>
    forwardings.map((one) => {
      const { protocol, externalFirst, externalLast } = one;
      const port = externalFirst === externalLast ? `${externalFirst}` : `${externalFirst}:${externalLast}`;
      return `-d ${floatingIpAddress}/32 -p ${protocol} -m ${protocol} --dport ${port} -j DNAT --to-destination ${destination(one)}`;
    }),
  );
}

/** A range that leads to a range says where it starts itself, from which the kernel counts (`80-89/8080`). */
function destination({ internalIpAddress, internalFirst, internalLast, externalFirst }: PortForwarding): string {
  const ports =
    internalFirst === internalLast ? `${internalFirst}` : `${internalFirst}-${internalLast}/${externalFirst}`;
  return `${internalIpAddress}:${ports}`;
}
