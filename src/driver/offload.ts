/** Transmit offload of devices, by `ethtool`. */
import { ROOT } from '../host/host-state.ts';
import { run } from './run.ts';

/** Whether transmit checksumming is on, by device, of all devices of a namespace. */
export async function readOffload(namespace: string): Promise<ReadonlyMap<string, boolean>> {
  const shown = await run('ethtool', ['-k', '*'], { namespace, accept: [1] });
  const offload = new Map<string, boolean>();
  let device = '';
  for (const line of shown.split('\n')) {
    const heading = /^Features for (\S+):$/.exec(line);
    if (heading !== null) device = heading[1] ?? '';
    const feature = /^tx-checksumming: (on|off)/.exec(line);
    if (feature !== null) offload.set(device, feature[1] === 'on');
  }
  return offload;
}

/**
 * Switches it off. `ethtool` takes one device at a time; `xargs` starts it for each, which costs a third of what it costs to
 * start them from here. It reads the features back itself and fails where they did not change. Throws `ToolFailed`.
 */
export async function switchOffOffload(namespace: string, devices: readonly string[]): Promise<void> {
  if (devices.length === 0) return;
  const [device] = devices;
  if (devices.length === 1 && device !== undefined) {
    await run('ethtool', ['-K', device, 'tx', 'off'], { namespace: namespace === ROOT ? '' : namespace });
    return;
  }
  const each = ['-r', '-P', '2', '-I', '{}', 'ethtool', '-K', '{}', 'tx', 'off'];
  await run('xargs', each, { namespace, input: devices.map((one) => `${one}\n`).join('') });
}
