import { expect, test } from 'vitest';
import { everything } from '../../test/agent-feed.ts';
import { testPortId, testShare } from '../../test/agent-share.ts';
import { emptyNamespace, type HostState, ROOT } from '../host/host-state.ts';
import { type HostFacts, planner } from './planner.ts';
import { applySync, type HeldShare } from './share-store.ts';

const nothing: HostState = { namespaces: { [ROOT]: emptyNamespace }, bridges: {}, daemons: {} };
const facts: HostFacts = {
  host: 'h1',
  datapathType: 'netdev',
  localIp: '10.98.0.21',
  bridgeMappings: {},
  stateDirectory: '/var/lib/tapline',
};
const hosts = [
  { name: 'h1', tunnelIp: '10.98.0.21', dhcp: true },
  { name: 'h2', tunnelIp: '10.98.0.22' },
];

function held(...numbers: number[]): HeldShare {
  const [h1] = hosts;
  if (h1 === undefined) throw new Error('no host');
  const share = applySync(
    null,
    everything(
      testShare(
        h1,
        hosts,
        numbers.map((number) => ({ number, host: 'h1' })),
      ),
    ),
  );
  if (share === null) throw new Error('a full sync always fits');
  return share;
}
const plugs = { [testPortId(1)]: { kind: 'tap' } } as const;

test('planner() plans the chain of a plugged port and none for the one beside it', () => {
  const plan = planner(facts)({ version: 1, held: held(1, 2), plugs }, nothing);
  expect(Object.keys(plan.desired.namespaces[ROOT]?.links ?? {})).toEqual(
    expect.arrayContaining(['tap', 'qbr', 'qvb', 'qvo'].map((prefix) => `${prefix}${testPortId(1).slice(0, 11)}`)),
  );
  expect(JSON.stringify(plan.desired.bridges)).not.toContain(`qvo${testPortId(2).slice(0, 11)}`);
  expect([...plan.plugged]).toEqual([testPortId(1)]);
  expect(plan.problems).toEqual([]);
});

test('planner() takes up a port that os-vif attached', () => {
  const id = testPortId(2);
  const qvo = `qvo${id.slice(0, 11)}`;
  const ports = { [qvo]: { type: '', options: {}, externalIds: { 'iface-id': id }, otherConfig: {} } } as const;
  const observed: HostState = { ...nothing, bridges: { 'br-int': { ports, flows: [] } } };
  const plan = planner(facts)({ version: 1, held: held(1, 2), plugs: {} }, observed);
  expect([...plan.plugged]).toEqual([id]);
  expect(plan.desired.bridges['br-int']?.ports[qvo]?.tag).toBe(1);
});

test('planner() keeps a local VLAN when a network with a smaller id arrives', () => {
  const plan = planner(facts);
  const intent = { version: 1, held: held(1), plugs };
  const tagOf = (state: HostState) => state.bridges['br-int']?.ports[`qvo${testPortId(1).slice(0, 11)}`]?.tag;
  const first = tagOf(plan(intent, nothing).desired);
  const [network] = Object.values(intent.held.share.network);
  if (network === undefined) throw new Error('no network');
  const early = { ...network, id: '00000000-0000-4000-8000-000000000000', segmentationId: 7 };
  const share = { ...intent.held.share, network: { [early.id]: early, ...intent.held.share.network } };
  expect(tagOf(plan({ ...intent, held: { ...intent.held, share } }, nothing).desired)).toBe(first);
});

test('planner() says why a port of a network that this host cannot carry is not wired', () => {
  const plan = planner({ ...facts, localIp: null })({ version: 1, held: held(1), plugs }, nothing);
  expect(plan.problems).toEqual([
    { object: `port ${testPortId(1)}`, namespace: '', message: 'this host ends no vxlan tunnels: set agent.local_ip' },
  ]);
});
