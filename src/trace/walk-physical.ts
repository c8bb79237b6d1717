import { arrived, type Journey, type Move, stopped, type Traveller } from './journey.ts';
import { addressee } from './l2-goal.ts';
import { physicalPorts } from './physical.ts';

/**
 * Takes a frame onto a provider network's wire: to the outside world, and to every other host whose bridge of the same name
 * has a NIC there.
 */
export function walkPhysical(
  journey: Journey,
  host: string,
  bridge: string,
  device: string,
  traveller: Traveller,
): readonly Move[] {
  const { to } = journey;
  const { packet } = traveller;
  if (to.kind === 'outside' && to.ipAddress === packet.ipDestination) return [arrived(traveller)];
  const moves: readonly Move[] = physicalPorts(journey.states)
    .filter((entry) => entry.host !== host && entry.bridge === bridge)
    .map((entry) => ({ kind: 'switched', host: entry.host, bridge, port: entry.port, traveller }));
  if (moves.length > 0 && addressee(journey, packet) !== undefined) return moves;
  const known = journey.model.floatingIps.some((floatingIp) => floatingIp.floatingIpAddress === packet.ipDestination);
  const message = `the packet leaves by ${device} and nobody there is ${packet.ipDestination}`;
  return [...moves, stopped(traveller, { letter: 'Q', host }, known ? 'FIP_NO_ADDRESS' : 'ARP_UNANSWERED', message)];
}
