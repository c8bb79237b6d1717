import { emptyNamespace, type HostState, ROOT } from '../host/host-state.ts';
import { FakeHost, FakeMachine } from './fake-host.ts';
import { type ContractMachine, hostDriverContract } from './host-driver.contract.ts';
import { samplePort } from './sample-state.ts';

hostDriverContract('FakeHost', async (): Promise<ContractMachine> => {
  const eth0 = { kind: 'other' as const, up: true, addresses: ['192.0.2.7/24'] };
  const machine = new FakeMachine({
    namespaces: {
      [ROOT]: { ...emptyNamespace, links: { eth0, docker0: { kind: 'bridge', addresses: [] } } },
      'vm-a': emptyNamespace,
      'vm-b': emptyNamespace,
    },
    bridges: {},
    daemons: {},
  });
  const port = samplePort(0x5afb);
  const root = (state: HostState) => state.namespaces[ROOT] ?? emptyNamespace;
  return {
    stateDirectory: '/var/lib/tapline',
    open: () => new FakeHost(machine),
    foreign: async () => JSON.stringify([root(machine.state).links['eth0'], root(machine.state).links['docker0']]),
    disturbances: {
      'a link is deleted': {
        kind: 'links',
        act: async () =>
          machine.disturb('links', (state) => {
            const { [`qbr${port.short}`]: _, ...links } = root(state).links;
            return { ...state, namespaces: { ...state.namespaces, [ROOT]: { ...root(state), links } } };
          }),
      },
      'a limit is taken away': {
        kind: 'links',
        act: async () =>
          machine.disturb('links', (state) => {
            const { [`tap${port.short}`]: _, ...shapers } = root(state).shapers;
            return { ...state, namespaces: { ...state.namespaces, [ROOT]: { ...root(state), shapers } } };
          }),
      },
      'a flow is deleted': {
        kind: 'flows',
        act: async () =>
          machine.disturb('flows', (state) => {
            const bridge = state.bridges['br-int'];
            if (bridge === undefined) return state;
            return { ...state, bridges: { ...state.bridges, 'br-int': { ...bridge, flows: bridge.flows.slice(1) } } };
          }),
      },
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
});
