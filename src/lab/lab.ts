/**
 * Several hosts on one machine: each a network, mount and hostname namespace with its own `/run/netns` and its own Open
 * vSwitch, joined by a management and a tunnel network, with an outside world behind the physical NIC of the external ones.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { command, tryCommand } from './command.ts';
import { endLab } from './end-lab.ts';
import { addressNics, layWires, turnOffOffload } from './fabric.ts';
import { startHolder } from './holder.ts';
import { LabMember } from './lab-member.ts';
import { type LabState, type MemberState, readLabState, writeLabState } from './lab-state.ts';
import { probeDatapath, startOpenVswitch } from './open-vswitch.ts';

export interface LabOptions {
  /** Namespaces on the machine are called `<name>-<host>`. */
  readonly name: string;
  /** An external host has eth2, without address, in br-ex. */
  readonly hosts: readonly { readonly name: string; readonly external?: boolean }[];
  /** Where the lab keeps its files; must not exist. Other users must be able to enter it if they run daemons there. */
  readonly directory: string;
}

/** A running lab. Disposing it ends it and removes everything. */
export interface Lab extends AsyncDisposable {
  readonly name: string;
  readonly directory: string;
  readonly datapathType: 'system' | 'netdev';
  readonly hosts: readonly LabMember[];
  /** Has 10.99.0.1 on the management network, and no Open vSwitch. */
  readonly controller: LabMember;
  /** Has the provider's gateway 203.0.113.1, and behind it 198.51.100.10 and 8.8.8.8. */
  readonly outside: LabMember;
  /** A host, `controller` or `outside`, by name. Throws when there is none. */
  member(name: string): LabMember;
}

/** Brings a lab up. When that fails or is interrupted by an error, nothing is left. */
export async function startLab(options: LabOptions): Promise<Lab> {
  if (readLabState(options.directory) !== undefined) {
    throw new Error(`a lab is already there: ${options.directory} (tapline lab down ends it)`);
  }
  for (const { name } of options.hosts) {
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) throw new Error(`not a hostname for a lab: ${name}`);
  }
  const { name, directory } = options;
  let state: LabState = { name, directory, datapathType: null, members: planMembers(options) };
  const taken = state.members.find((member) => existsSync(`/run/netns/${member.namespace}`));
  if (taken !== undefined) throw new Error(`a namespace ${taken.namespace} is there and not of a lab in ${directory}`);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  writeLabState(state);
  try {
    state = await furnish(state);
    const lab = labOf(state);
    await layWires(memberOf(state, 'underlay'), lab.members);
    await Promise.all(lab.members.map(addressNics));
    await Promise.all(lab.hosts.map(startOpenVswitch));
    const [first] = lab.hosts;
    const datapathType = first === undefined ? 'netdev' : await probeDatapath(first);
    if (datapathType === 'netdev') await turnOffOffload(memberOf(state, 'underlay'), lab.members);
    await Promise.all(lab.hosts.map((host) => makeOperatorBridges(host, datapathType)));
    state = { ...state, datapathType };
    writeLabState(state);
    return { ...labOf(state), datapathType };
  } catch (error) {
    await endLab(directory);
    throw error;
  }
}

/** The lab that runs in this directory; undefined when none does or it is only half up. */
export function openLab(directory: string): Lab | undefined {
  const state = readLabState(directory);
  if (state?.datapathType == null) return undefined;
  return { ...labOf(state), datapathType: state.datapathType };
}

function labOf(state: LabState) {
  const members = state.members
    .filter((member) => member.kind !== 'underlay')
    .map((member) => new LabMember(member, state.directory));
  const member = (name: string) => {
    const found = members.find((one) => one.name === name);
    if (found === undefined) {
      throw new Error(`no host ${name} in lab ${state.name}, only ${members.map((one) => one.name).join(', ')}`);
    }
    return found;
  };
  return {
    name: state.name,
    directory: state.directory,
    members,
    hosts: members.filter((one) => one.state.kind === 'host'),
    controller: member('controller'),
    outside: member('outside'),
    member,
    [Symbol.asyncDispose]: async () => {
      await endLab(state.directory);
    },
  };
}

const memberOf = (state: LabState, name: string) => {
  const found = state.members.find((member) => member.name === name);
  if (found === undefined) throw new Error(`no ${name} in lab ${state.name}`);
  return new LabMember(found, state.directory);
};

function planMembers(options: LabOptions): readonly MemberState[] {
  const one = (name: string, kind: MemberState['kind'], number: number | null, external = false): MemberState => {
    return { name, namespace: `${options.name}-${name}`, kind, external, number, holder: null };
  };
  let [nextExternal, nextInternal] = [11, 21];
  const hosts = options.hosts.map(({ name, external = false }) =>
    one(name, 'host', external ? nextExternal++ : nextInternal++, external),
  );
  return [
    one('underlay', 'underlay', null),
    one('controller', 'controller', 1),
    one('outside', 'outside', null),
    ...hosts,
  ];
}

/** Makes the namespaces and starts their holders. */
async function furnish(state: LabState): Promise<LabState> {
  await tryCommand(['modprobe', '-a', '-q', 'br_netfilter', 'veth', 'bridge']);
  const names = state.members.map((member) => member.namespace);
  await command(['ip', '-batch', '-'], { input: names.map((name) => `netns add ${name}\n`).join('') });
  const members = await Promise.all(
    state.members.map(async (member) => ({
      ...member,
      holder: await startHolder({
        namespace: member.namespace,
        hostname: member.name,
        ovsDirectory: join(state.directory, member.name, 'ovs'),
        bridgeNetfilter: member.kind === 'host',
      }),
    })),
  );
  const furnished = { ...state, members };
  writeLabState(furnished);
  return furnished;
}

/**
 * What an operator sets up before any agent runs: the tunnel address, and br-ex around the address-less NIC. A userspace
 * datapath sends its tunnels by a bridge of its own that has the NIC as port and carries the address; a kernel datapath by
 * the NIC itself.
 */
async function makeOperatorBridges(host: LabMember, datapathType: 'system' | 'netdev'): Promise<void> {
  const bridge = (name: string, nic: string) => [
    ...['--', 'add-br', name, '--', 'set', 'bridge', name, `datapath_type=${datapathType}`],
    ...['--', 'add-port', name, nic],
  ];
  const tunnelDevice = datapathType === 'netdev' ? 'br-phy' : 'eth1';
  const bridges = [
    ...(datapathType === 'netdev' ? bridge('br-phy', 'eth1') : []),
    ...(host.state.external ? bridge('br-ex', 'eth2') : []),
  ];
  if (bridges.length > 0) await host.exec(['ovs-vsctl', '--timeout=20', ...bridges.slice(1)]);
  await host.exec(['ip', '-batch', '-'], {
    input: `address add ${host.tunnelAddress}/24 dev ${tunnelDevice}\nlink set ${tunnelDevice} up\n`,
  });
}
