/**
 * What others must hear when an address moves: neighbours by a gratuitous ARP, conntrack by forgetting. Both are best
 * effort: a neighbour that heard nothing asks again in time, and a namespace that is gone took its conntrack along.
 */
import { execFile } from 'node:child_process';

/**
 * One unsolicited ARP reply for `address` (RFC 5227 §3; Neutron sends the same with arping -A). Resolves with what went
 * wrong, or null.
 */
export async function announce(namespace: string, device: string, address: string): Promise<string | null> {
  return run(['netns', 'exec', namespace, 'arping', '-A', '-c', '1', '-w', '2', '-I', device, address]);
}

/** Removes the connections that were translated from or to a floating IP, so that none outlives its association. */
export async function forgetConnections(namespace: string, floatingIpAddress: string): Promise<void> {
  await Promise.all([
    run(['netns', 'exec', namespace, 'conntrack', '-D', '--orig-dst', floatingIpAddress]),
    run(['netns', 'exec', namespace, 'conntrack', '-D', '--reply-dst', floatingIpAddress]),
  ]);
}

function run(args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile('ip', args, { timeout: 5_000 }, (error, _stdout, stderr) => {
      resolve(error === null ? null : stderr.trim() || error.message);
    });
  });
}
