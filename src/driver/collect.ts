/**
 * A host in the words of its tools: read-only, the same files as `host/read-dump.ts` reads. Whoever wired the host, a walk can
 * then be made over it anywhere else.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eachAtMost, run } from './run.ts';

const ofNamespace = {
  ip: [
    ['ip', '-d', 'addr'],
    ['ip', '-4', 'route', 'show', 'table', 'all'],
    ['ip', '-6', 'route', 'show', 'table', 'all'],
    ['ip', 'neigh'],
  ],
  iptables: [
    ['iptables-save', '-c'],
    ['ip6tables-save', '-c'],
  ],
  ipset: [['ipset', 'save']],
} as const;
const ovsTables = ['Bridge', 'Port', 'Interface'];
const mostAtOnce = 4;
/** Where Neutron's DHCP agent keeps the files of its dnsmasq. */
const neutronFiles = '/var/lib/neutron';
const longestFile = 4 * 1024 * 1024;

export interface Collected {
  readonly files: Readonly<Record<string, string>>;
  /** What could not be read, and why. */
  readonly failures: readonly string[];
}

/** Reads the host that this process runs on. What fails is said, and left out. */
export async function collectHost(): Promise<Collected> {
  const files: Record<string, string> = {};
  const failures: string[] = [];
  const attempt = async (argv: readonly string[], namespace?: string): Promise<string> => {
    const [program = '', ...args] = argv;
    try {
      return await run(program, args, namespace === undefined ? {} : { namespace });
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
      return '';
    }
  };
  const sections = async (commands: readonly (readonly string[])[], namespace?: string): Promise<string> => {
    const parts: string[] = [];
    for (const argv of commands) parts.push(`### ${argv.join(' ')}\n${await attempt(argv, namespace)}`);
    return parts.join('');
  };

  const namespaces = (await readdir('/run/netns').catch(() => [])).sort();
  await eachAtMost(mostAtOnce, [undefined, ...namespaces], async (namespace) => {
    for (const [kind, commands] of Object.entries(ofNamespace)) {
      files[`${namespace ?? 'root'}.${kind}.txt`] = await sections(commands, namespace);
    }
  });
  files['ovsdb-list.txt'] = await sections(ovsTables.map((table) => ['ovs-vsctl', 'list', table]));
  const bridges = (await attempt(['ovs-vsctl', 'list-br'])).split('\n').filter((name) => name !== '');
  await eachAtMost(mostAtOnce, bridges, async (bridge) => {
    const ofctl = (command: string) => ['ovs-ofctl', '-O', 'OpenFlow13', command, bridge];
    files[`flows-${bridge}.txt`] = await attempt(ofctl('dump-flows'));
    files[`of-${bridge}.txt`] = (await attempt(ofctl('show'))) + (await attempt(['ovs-appctl', 'fdb/show', bridge]));
  });
  files['var-lib-neutron.txt'] = await dhcpFiles();
  return { files, failures };
}

async function dhcpFiles(): Promise<string> {
  const parts: string[] = [];
  for (const network of (await readdir(join(neutronFiles, 'dhcp')).catch(() => [])).sort()) {
    const directory = join('dhcp', network);
    for (const name of (await readdir(join(neutronFiles, directory)).catch(() => [])).sort()) {
      const text = await readFile(join(neutronFiles, directory, name), 'utf8').catch(() => '');
      if (text.length <= longestFile) parts.push(`##### - - ./${directory}/${name}\n${text}\n`);
    }
  }
  return parts.join('');
}
