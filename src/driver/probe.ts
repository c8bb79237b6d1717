/** What this host lacks to be wired, and which datapath its Open vSwitch has. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { atom } from '../host/ovs-rows.ts';
import { HostUnfit } from './host-driver.ts';
import { Libc } from './native/libc.ts';
import { Ovsdb } from './ovsdb.ts';
import { toolEnvironment } from './run.ts';

/** Each program with the Debian package that has it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  'iptables-restore': 'iptables',
  'ip6tables-restore': 'iptables',
  ipset: 'ipset',
  'ovs-ofctl': 'openvswitch-switch',
  'ovs-appctl': 'openvswitch-switch',
  dnsmasq: 'dnsmasq-base',
  conntrack: 'conntrack',
  sysctl: 'procps',
};

/** Everything that is missing, each with how to get it; empty where the host can be wired. */
export async function whatIsMissing(ovsRunDirectory: string): Promise<readonly string[]> {
  const missing: string[] = [];
  if (process.getuid?.() !== 0) missing.push('the right to change the network: run the agent as root');
  await Libc.load().catch((error: unknown) => {
    const { platform, arch } = process;
    missing.push(
      `the package koffi built for ${platform} on ${arch}: ${error instanceof Error ? error.message : error}`,
    );
  });
  const path = (toolEnvironment()['PATH'] ?? '').split(delimiter);
  for (const [program, debianPackage] of Object.entries(PROGRAMS)) {
    if (!path.some((directory) => isExecutable(join(directory, program)))) {
      missing.push(`the program ${program}: apt-get install ${debianPackage}`);
    }
  }
  if (!existsSync('/etc/protocols')) {
    missing.push('the names of protocols (no /etc/protocols), by which rules are read back: apt-get install netbase');
  }
  const file = ['db.sock', 'ovs-vswitchd.pid']
    .map((name) => join(ovsRunDirectory, name))
    .find((path) => !existsSync(path));
  if (file !== undefined) {
    missing.push(
      `a running Open vSwitch (no ${file}): apt-get install openvswitch-switch, ` +
        'systemctl start openvswitch-switch, or set ovs.run_directory',
    );
  }
  return missing;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Which datapath the running Open vSwitch has. Never told by the kernel's version: a bridge of each kind is asked for, and
 * OVS says by its number whether it could make it. Throws `HostUnfit` where it can make none.
 */
export async function probeDatapath(ovsRunDirectory: string): Promise<'system' | 'netdev'> {
  const missing = await whatIsMissing(ovsRunDirectory);
  if (missing.length > 0) throw new HostUnfit(missing);
  const quiet = { onUpdate: () => undefined, onLost: () => undefined };
  using ovsdb = await Ovsdb.open(join(ovsRunDirectory, 'db.sock'), quiet);
  for (const type of ['system', 'netdev'] as const) {
    if (await canMakeBridge(ovsdb, type)) return type;
  }
  throw new HostUnfit(['a datapath: ovs-vswitchd can make neither a system nor a netdev bridge; see its log']);
}

async function canMakeBridge(ovsdb: Ovsdb, datapathType: string): Promise<boolean> {
  const name = `tapline-probe${process.pid % 10}`;
  await removeBridge(ovsdb, name);
  await ovsdb.transact([
    { op: 'insert', table: 'Interface', 'uuid-name': 'interface', row: { name, type: 'internal' } },
    {
      op: 'insert',
      table: 'Port',
      'uuid-name': 'port',
      row: { name, interfaces: ['named-uuid', 'interface'] },
    },
    {
      op: 'insert',
      table: 'Bridge',
      'uuid-name': 'bridge',
      row: { name, datapath_type: datapathType, fail_mode: 'secure', ports: ['named-uuid', 'port'] },
    },
    {
      op: 'mutate',
      table: 'Open_vSwitch',
      where: [],
      mutations: [['bridges', 'insert', ['set', [['named-uuid', 'bridge']]]]],
    },
  ]);
  const row = ovsdb.tables.Interface.get(ovsdb.find('Interface', name) ?? '');
  const isMade = row !== undefined && Number(atom(row, 'ofport') ?? -1) > 0;
  await removeBridge(ovsdb, name);
  return isMade;
}

async function removeBridge(ovsdb: Ovsdb, name: string): Promise<void> {
  const uuid = ovsdb.find('Bridge', name);
  if (uuid === undefined) return;
  await ovsdb.transact([
    {
      op: 'mutate',
      table: 'Open_vSwitch',
      where: [],
      mutations: [['bridges', 'delete', ['set', [['uuid', uuid]]]]],
    },
  ]);
}
