/**
 * A whole host out of a folder of dumps, so that a host that another system wired reads into the same shape.
 *
 * Files, each as the tool named in it printed it, several outputs of one file under `### COMMAND` headings:
 * `NAMESPACE.ip.txt` (`ip -d addr`, `ip -4|-6 route show table all`, `ip neigh`), `NAMESPACE.iptables.txt` (`iptables-save -c`,
 * `ip6tables-save -c`), `NAMESPACE.ipset.txt` (`ipset save`), with `root` for the host's own namespace; `flows-BRIDGE.txt`
 * (`ovs-ofctl dump-flows`), `of-BRIDGE.txt` (`ovs-ofctl show`, `ovs-appctl fdb/show`), `ovsdb-list.txt` (`ovs-vsctl list` of Bridge,
 * Port and Interface), `var-lib-neutron.txt` (the files below that directory).
 */
import type { Daemon, HostState, Namespace, OvsBridge } from './host-state.ts';
import { emptyNamespace, ROOT } from './host-state.ts';
import { joinPeers, nameInternalPorts } from './link-entry.ts';
import { readBridges } from './ovs-rows.ts';
import { readFlows, readPortNumbers } from './read-flows.ts';
import { readIpsets } from './read-ipsets.ts';
import { readLinksText } from './read-links-text.ts';
import { readMacTable } from './read-mac-table.ts';
import { readNeighboursText } from './read-neighbours.ts';
import { readOvsdbList } from './read-ovsdb-list.ts';
import { readRoutesText } from './read-routes.ts';
import { readRuleset } from './read-ruleset.ts';

/** Reads a host from its dumps, given as file name to text. Files that are missing leave their part empty. */
export function readDump(files: Readonly<Record<string, string>>): HostState {
  const bridges = readDumpedBridges(files);
  return {
    namespaces: readDumpedNamespaces(files, bridges),
    bridges,
    daemons: readDumpedDaemons(files['var-lib-neutron.txt'] ?? ''),
  };
}

function readDumpedBridges(files: Readonly<Record<string, string>>): Readonly<Record<string, OvsBridge>> {
  const bridges = readBridges(readOvsdbList(files['ovsdb-list.txt'] ?? ''));
  return Object.fromEntries(
    Object.entries(bridges).map(([name, bridge]) => {
      const description = files[`of-${name}.txt`] ?? '';
      const numbers = readPortNumbers(description);
      return [
        name,
        {
          ...bridge,
          flows: readFlows(files[`flows-${name}.txt`] ?? '', numbers),
          macTable: readMacTable(description, numbers),
        },
      ];
    }),
  );
}

function readDumpedNamespaces(
  files: Readonly<Record<string, string>>,
  bridges: Readonly<Record<string, OvsBridge>>,
): Readonly<Record<string, Namespace>> {
  const names = new Set(
    Object.keys(files).flatMap((file) => /^(.+)\.(?:ip|iptables|ipset)\.txt$/.exec(file)?.[1] ?? []),
  );
  const key = (name: string) => (name === 'root' ? ROOT : name);
  const ip = new Map([...names].map((name) => [name, sections(files[`${name}.ip.txt`] ?? '')]));
  const links = joinPeers(
    Object.fromEntries([...ip].map(([name, shown]) => [key(name), readLinksText(shown.get('ip -d addr') ?? '')])),
  );
  const internal = new Set(
    Object.values(bridges).flatMap(({ ports }) =>
      Object.entries(ports).flatMap(([name, port]) => (port.type === 'internal' ? [name] : [])),
    ),
  );
  return Object.fromEntries(
    [...names].map((name) => {
      const shown = ip.get(name) ?? new Map<string, string>();
      const rules = sections(files[`${name}.iptables.txt`] ?? '');
      return [
        key(name),
        {
          ...emptyNamespace,
          links: nameInternalPorts(links[key(name)] ?? {}, internal, new Set(Object.keys(bridges))),
          routes: [
            ...readRoutesText(shown.get('ip -4 route show table all') ?? '', 4),
            ...readRoutesText(shown.get('ip -6 route show table all') ?? '', 6),
          ],
          neighbours: readNeighboursText(shown.get('ip neigh') ?? ''),
          ipv4: readRuleset(rules.get('iptables-save -c') ?? ''),
          ipv6: readRuleset(rules.get('ip6tables-save -c') ?? ''),
          ipsets: readIpsets(files[`${name}.ipset.txt`] ?? ''),
        },
      ];
    }),
  );
}

/** The files of each dnsmasq; its command line is not among them. */
function readDumpedDaemons(listing: string): Readonly<Record<string, Daemon>> {
  const daemons = new Map<string, { files: Record<string, string>; pid?: number }>();
  for (const [, path = '', id = '', name = '', content = ''] of listing.matchAll(
    /^##### \S+ \S+ (\.\/dhcp\/([^/\n]+)\/([^/\n]+))\n([\s\S]*?)(?=^##### |(?![\s\S]))/gm,
  )) {
    const daemon = daemons.get(id) ?? { files: {} };
    daemons.set(id, daemon);
    if (name === 'pid') daemon.pid = Number(content);
    else daemon.files[path.replace('./', '/var/lib/neutron/')] = content;
  }
  return Object.fromEntries(
    [...daemons].map(([id, daemon]) => [
      `dnsmasq:${id}`,
      { kind: 'dnsmasq' as const, namespace: `qdhcp-${id}`, argv: ['dnsmasq'], ...daemon },
    ]),
  );
}

/** Splits a file at its `### COMMAND` headings; a remark in brackets after the command is not part of it. */
function sections(file: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of file.split(/^### /m).slice(1)) {
    const end = part.indexOf('\n');
    found.set(part.slice(0, end === -1 ? undefined : end).trim(), end === -1 ? '' : part.slice(end + 1));
  }
  return found;
}
