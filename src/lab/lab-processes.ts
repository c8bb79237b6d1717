import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LabState } from './lab-state.ts';
import { type ProcessIdentity, processIdentity } from './process-identity.ts';

/**
 * Every process of a lab, whoever started it.
 *
 * A mount namespace is the lab's when its `/run/openvswitch` is the directory that the lab mounted there. A process belongs to
 * the lab when it lives in such a mount namespace, in one of the lab's network namespaces, or in one that was made inside.
 */
export function labProcesses(state: LabState): readonly ProcessIdentity[] {
  const marks = new Set(state.members.flatMap((member) => identityOf(join(state.directory, member.name, 'ovs'))));
  const nets = new Set(state.members.flatMap((member) => identityOf(`/run/netns/${member.namespace}`)));
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => ({ pid, net: identityOf(`/proc/${pid}/ns/net`)[0], mnt: namespaceName(pid) }));

  const ours = new Map<string, boolean>();
  for (const { pid, mnt } of all) {
    if (mnt === undefined || ours.has(mnt)) continue;
    const isOurs = identityOf(`/proc/${pid}/root/run/openvswitch`).some((mark) => marks.has(mark));
    ours.set(mnt, isOurs);
    if (isOurs) for (const inner of namespacesInside(pid)) nets.add(inner);
  }
  return all.flatMap(({ pid, net, mnt }) => {
    const belongs = (mnt !== undefined && ours.get(mnt) === true) || (net !== undefined && nets.has(net));
    return belongs ? (processIdentity(Number(pid)) ?? []) : [];
  });
}

function namespacesInside(pid: string): readonly string[] {
  const directory = `/proc/${pid}/root/run/netns`;
  try {
    return readdirSync(directory).flatMap((name) => identityOf(join(directory, name)));
  } catch {
    return [];
  }
}

/** Device and inode; nothing when the path cannot be read, as of a process that has just ended. */
function identityOf(path: string): readonly string[] {
  try {
    const { dev, ino } = statSync(path);
    return [`${dev}:${ino}`];
  } catch {
    return [];
  }
}

function namespaceName(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return undefined;
  }
}
