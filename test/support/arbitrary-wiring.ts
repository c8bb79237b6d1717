import { allocate } from '../../src/compile/allocate.ts';
import type { Plug, Wiring } from '../../src/compile/wiring.ts';
import { type ArbitraryHost, HERE } from './arbitrary-share.ts';

/** The wiring of an arbitrary host, with the numbers that it would give out. */
export function wiringOf({ share, plugs }: ArbitraryHost, more: Partial<Wiring> = {}): Wiring {
  const numbers = allocate(share, { namespaces: {}, bridges: {}, daemons: {} }, undefined, HERE);
  const entries = Object.entries(plugs);
  const plugOf = (id: string, kind: string): Plug =>
    kind === 'tap' ? { kind: 'tap' } : { kind: 'netns', namespace: `vm-${id}`, device: 'eth0' };
  return {
    host: HERE,
    datapathType: 'netdev',
    localIp: '192.0.2.10',
    bridgeMappings: { public: 'br-ex' },
    stateDirectory: '/var/lib/tapline',
    plugs: Object.fromEntries(
      entries.filter(([, kind]) => kind !== 'attached').map(([id, kind]) => [id, plugOf(id, kind)]),
    ),
    attached: Object.fromEntries(
      entries
        .filter(([, kind]) => kind === 'attached')
        .map(([id], place) => [id, `${place % 4 === 3 ? 'tap' : 'qvo'}${id.slice(0, 11)}`]),
    ),
    ...numbers,
    ...more,
  };
}
