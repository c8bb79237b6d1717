import { ROOT } from '../host/host-state.ts';
import { bridgeOfPort, elsewhere, type Journey, linkAt, type Move, type Received, stopped } from './journey.ts';
import { deviceLetter, portLetter } from './letters.ts';
import { walkBridge } from './walk-bridge.ts';
import { walkNamespace } from './walk-namespace.ts';

/** Takes in a frame that came to a device: a Linux bridge's port, an OVS port, or the end of the wire in a namespace. */
export function walkReceived(journey: Journey, move: Received): readonly Move[] {
  const { host, namespace, device, traveller } = move;
  const link = linkAt(journey, host, namespace, device);
  const bridge = namespace === ROOT ? bridgeOfPort(journey.states[host], device) : undefined;
  const at = {
    letter: bridge === undefined ? deviceLetter(namespace, device) : portLetter(bridge, device, traveller.side),
    host,
  };
  if (link === undefined) return [stopped(traveller, at, 'LINK_MISSING', `${host} has no device ${device}`)];
  if (link.up === false) return [stopped(traveller, at, 'LINK_DOWN', `${device} is down`)];
  if (link.master !== undefined) return walkBridge(journey, move, link.master);
  if (bridge !== undefined) return [{ kind: 'switched', host, bridge, port: device, traveller }];
  if (namespace === ROOT) {
    if (device.startsWith('tap') || device.startsWith('qvb')) {
      return [stopped(traveller, at, 'PORT_NOT_WIRED', `${device} is a port of no bridge`)];
    }
    return [elsewhere(traveller)];
  }
  return walkNamespace(journey, move);
}
