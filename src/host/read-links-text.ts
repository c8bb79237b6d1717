/** Devices with their addresses, as `ip -d addr` prints them for people. */
import { isDerivedLinkLocal, type LinkEntry } from './link-entry.ts';
import { linkKind } from './link-kind.ts';
import { linuxBridge } from './linux-bridge.ts';

const DEVICE = /^(\d+): ([^@:\s]+)(?:@(\S+))?: <([^>]*)> mtu (\d+)(.*)$/;

/** Reads the devices of one namespace. */
export function readLinksText(shown: string): readonly LinkEntry[] {
  const blocks: string[][] = [];
  for (const line of shown.split('\n')) {
    if (DEVICE.test(line)) blocks.push([line]);
    else if (line.trim() !== '') blocks.at(-1)?.push(line.trim());
  }
  return blocks.map(entry);
}

function entry([head = '', ...lines]: readonly string[]): LinkEntry {
  const [, index, name = '', at, flags = '', mtu, rest = ''] = DEVICE.exec(head) ?? [];
  const hardware = lines.find((line) => line.startsWith('link/')) ?? '';
  const detail = lines.find((line) => !/^(link\/|inet6? |valid_lft|alias |bridge_slave|altname )/.test(line)) ?? '';
  const kind = linkKind(detail.split(' ')[0], word(detail, 'type'));
  const macAddress =
    hardware.startsWith('link/ether ') || hardware.startsWith('link/loopback ') ? hardware.split(' ')[1] : '';
  const ageing = word(detail, 'ageing_time');
  const group = word(rest, 'group');
  const master = linuxBridge(word(rest, 'master'));
  const across = kind === 'veth' ? /^if(\d+)$/.exec(at ?? '') : null;
  const peerNamespace = word(hardware, 'link-netns');
  return {
    name,
    index: Number(index),
    link: {
      kind,
      ...(macAddress ? { macAddress } : {}),
      mtu: Number(mtu),
      up: flags.split(',').includes('UP'),
      ...(master === undefined ? {} : { master }),
      ...(kind === 'veth' && at !== undefined && across === null ? { peer: at } : {}),
      ...(group === undefined || group === 'default' ? {} : { group }),
      ...(kind === 'bridge' && ageing !== undefined ? { ageingTime: Number(ageing) / 100 } : {}),
      addresses: lines
        .filter((line) => /^inet6? /.test(line))
        .map((line) => line.split(' ')[1] ?? '')
        .filter((address) => !isDerivedLinkLocal(address, macAddress)),
    },
    ...(across === null ? {} : { peerIndex: Number(across[1]) }),
    ...(across === null || peerNamespace === undefined ? {} : { peerNamespace }),
  };
}

function word(text: string, before: string): string | undefined {
  const words = text.split(/\s+/);
  const at = words.indexOf(before);
  return at === -1 ? undefined : words[at + 1];
}
