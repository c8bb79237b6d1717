/** A workload of the demo: a network namespace that behaves like a VM, with a DHCP client and a few services. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../lab.ts';
import type { LabMember } from '../lab-member.ts';
import type { Port } from './topology.ts';

export interface Workload {
  readonly name: string;
  readonly host: LabMember;
  readonly namespace: string;
  readonly port: Port;
}

/** What a DHCP server told a workload. */
export interface Lease {
  readonly ipAddress: string;
  readonly prefixLength: string;
  readonly router: string;
  readonly nameserver: string;
  readonly mtu: string;
}

/** Answers every connection with who it is, whom it sees, and enough bytes to need many full packets; then closes. */
const listener = `
import { createServer } from 'node:net';
const [name, ...ports] = process.argv.slice(2);
for (const port of ports) {
  createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(name + ' sees ' + socket.remoteAddress.replace('::ffff:', '') + '\\n' + 'x'.repeat(200_000));
  }).listen(Number(port), '0.0.0.0');
}
`;
export const answerBytes = 200_000;

// Called by udhcpc with the lease in its environment (busybox: simple.script). The MTU is option 26.
const dhcpScript = `#!/bin/sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip address flush dev "$interface" scope global
ip address add "$ip/$mask" dev "$interface"
[ -z "$mtu" ] || ip link set "$interface" mtu "$mtu"
[ -z "$router" ] || ip route replace default via "\${router%% *}" dev "$interface"
echo "lease $ip $mask \${router%% *} \${dns%% *} $mtu"
`;

/** Writes the programs that workloads run. */
export function writeWorkloadPrograms(lab: Lab): void {
  writeFileSync(join(lab.directory, 'listener.mjs'), listener);
  writeFileSync(join(lab.directory, 'udhcpc.sh'), dhcpScript);
  chmodSync(join(lab.directory, 'udhcpc.sh'), 0o755);
}

/** Runs the DHCP client until it has a lease. Throws when none is given. */
export async function takeLease(lab: Lab, workload: Workload): Promise<Lease> {
  const { host, namespace } = workload;
  const script = join(lab.directory, 'udhcpc.sh');
  const options = ['-i', 'eth0', '-f', '-q', '-n', '-t', '20', '-T', '1', '-O', 'mtu', '-s', script];
  const { stdout } = await host.exec(['busybox', 'udhcpc', ...options], { namespace, timeoutMs: 30_000 });
  const line = stdout.split('\n').find((one) => one.startsWith('lease '));
  if (line === undefined) throw new Error(`udhcpc said no lease: ${stdout}`);
  const [, ipAddress = '', prefixLength = '', router = '', nameserver = '', mtu = ''] = line.split(' ');
  return { ipAddress, prefixLength, router, nameserver, mtu };
}

/** Starts listening on these TCP ports and waits until it does. Ends with the lab. */
export async function serve(lab: Lab, host: LabMember, name: string, ports: readonly number[], namespace?: string) {
  const inside = namespace === undefined ? {} : { namespace };
  const program = [process.execPath, join(lab.directory, 'listener.mjs'), name, ...ports.map(String)];
  host.spawn(program, { ...inside, stdio: 'ignore', detached: true }).unref();
  const last = `${ports.at(-1)}`;
  for (let attempt = 0; attempt < 400; attempt++) {
    const answer = await host.tryExec(['busybox', 'nc', '-w', '1', '127.0.0.1', last], inside);
    if (answer.exitCode === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${name} does not listen`);
}
