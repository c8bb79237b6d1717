/** An Open vSwitch of a host's own: one database, one switch daemon, unix sockets only. */
import { uptime } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryCommand } from './command.ts';
import type { LabMember } from './lab-member.ts';

const directory = '/run/openvswitch';
const schema = '/usr/share/openvswitch/vswitch.ovsschema';
const quiet = ['-vconsole:off', '-vsyslog:off', '-vfile:info'];

/** Starts ovsdb-server and ovs-vswitchd inside the host and waits until both serve. */
export async function startOpenVswitch(host: LabMember): Promise<void> {
  await host.exec(['ovsdb-tool', 'create', `${directory}/conf.db`, schema]);
  await host.exec([
    'ovsdb-server',
    `${directory}/conf.db`,
    `--remote=punix:${directory}/db.sock`,
    ...daemon('ovsdb-server'),
  ]);
  await host.exec([
    ...['ovs-vsctl', '--no-wait', 'init', '--', 'set', 'Open_vSwitch', '.'],
    ...[`external_ids:hostname=${host.name}`, `external_ids:system-id=${host.name}`],
  ]);
  await startSwitchDaemon(host);
}

/** Starts ovs-vswitchd alone, as after its death. */
export async function startSwitchDaemon(host: LabMember): Promise<void> {
  // ovs-vswitchd 3.1 gets no handler threads for a kernel datapath when it starts in the first 10 s after boot, and then
  // loses every packet that needs one, without saying so. Seen where a virtual machine boots straight into a lab.
  const waitMs = (11 - uptime()) * 1000;
  if (waitMs > 0) await sleep(waitMs);
  await host.exec(['ovs-vswitchd', `unix:${directory}/db.sock`, ...daemon('ovs-vswitchd')]);
}

/** Whether this kernel has the openvswitch datapath: found out by making a bridge, never by the kernel's version. */
export async function probeDatapath(host: LabMember): Promise<'system' | 'netdev'> {
  await tryCommand(['modprobe', '-a', '-q', 'openvswitch', 'vport-vxlan']);
  const bridge = ['--', 'set', 'bridge', 'br-probe', 'datapath_type=system'];
  const made = await host.tryExec(['ovs-vsctl', '--timeout=10', 'add-br', 'br-probe', ...bridge]);
  const error = await host.tryExec(['ovs-vsctl', '--bare', 'get', 'interface', 'br-probe', 'ofport']);
  await host.tryExec(['ovs-vsctl', '--timeout=10', '--if-exists', 'del-br', 'br-probe']);
  return made.exitCode === 0 && Number(error.stdout) > 0 ? 'system' : 'netdev';
}

function daemon(name: string): readonly string[] {
  return [
    ...['--detach', '--no-chdir', `--pidfile=${directory}/${name}.pid`, `--log-file=${directory}/${name}.log`],
    ...quiet,
  ];
}
