import type { Traveller } from './journey.ts';

/** Letter of an OVS port in the picture, by its role and the side that the packet is on. */
export function portLetter(bridge: string, port: string, side: Traveller['side']): string {
  if (port.startsWith('qvo')) return 'D';
  if (bridge === 'br-int' && port === 'patch-tun') return side === 'compute' ? 'E' : 'J';
  if (bridge === 'br-tun' && port === 'patch-int') return side === 'compute' ? 'F' : 'I';
  if (bridge === 'br-tun') return side === 'compute' ? 'G' : 'H';
  if (bridge === 'br-int' && port.startsWith('int-')) return 'O';
  if (port.startsWith('phy-')) return 'P';
  if (bridge === 'br-int') return port.startsWith('tap') ? 'D' : '';
  return 'Q';
}

/** Letter of a device inside a namespace, or of a port of a Linux bridge. */
export function deviceLetter(namespace: string, device: string): string {
  if (device.startsWith('qvb')) return 'C';
  if (device.startsWith('qr-')) return 'M';
  if (device.startsWith('qg-')) return 'N';
  if (device.startsWith('tap')) return namespace.startsWith('qdhcp-') ? 'K' : 'B';
  return '';
}
