/** The process that keeps a namespace of the lab: its network, its mounts and its hostname. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { type ProcessIdentity, processIdentity } from './process-identity.ts';

export interface HolderOptions {
  /** Name under `/run/netns`; it exists. */
  readonly namespace: string;
  readonly hostname: string;
  /** Stands at `/run/openvswitch` inside, so that its sockets can be reached from outside under this path. */
  readonly ovsDirectory: string;
  /** Whether what Linux bridges forward passes through iptables; a fabric of bridges between hosts must not. */
  readonly bridgeNetfilter: boolean;
}

// The script is constant, all values are its arguments. IPv6 is off on a host's own devices: router solicitations and
// multicast listener reports of every tap, qbr, qvb and qvo would be flooded to every other port.
const script = `
set -e
hostname "$1"
mount -t sysfs sysfs /sys 2>/dev/null || true
mount -t tmpfs -o mode=755 tmpfs /run/netns
mount --bind "$2" /run/openvswitch
for f in default all; do echo 1 2>/dev/null >/proc/sys/net/ipv6/conf/$f/disable_ipv6 || true; done
for f in iptables ip6tables arptables; do
  [ ! -e /proc/sys/net/bridge/bridge-nf-call-$f ] || echo "$3" >/proc/sys/net/bridge/bridge-nf-call-$f
done
ip link set lo up
echo ready
exec sleep infinity >/dev/null 2>&1
`;

/** Starts the holder and waits until its namespaces are furnished. It outlives this process; `endLab` ends it. */
export async function startHolder(options: HolderOptions): Promise<ProcessIdentity> {
  for (const directory of ['/run/netns', '/run/openvswitch', options.ovsDirectory]) {
    mkdirSync(directory, { recursive: true });
  }
  const child = spawn(
    'nsenter',
    [
      `--net=/run/netns/${options.namespace}`,
      ...['unshare', '--mount', '--uts', '--propagation', 'private'],
      ...['sh', '-c', script, 'tapline-lab', options.hostname, options.ovsDirectory],
      options.bridgeNetfilter ? '1' : '0',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd: '/' },
  );
  let said = '';
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: string) => {
      if (text.includes('ready')) resolve();
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`cannot furnish namespace ${options.namespace} (${code}): ${said}`)));
  });
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  const identity = child.pid === undefined ? undefined : processIdentity(child.pid);
  if (identity === undefined) throw new Error(`the holder of namespace ${options.namespace} has died`);
  return identity;
}
