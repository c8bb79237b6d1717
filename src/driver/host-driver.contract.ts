/** What every driver of a host promises, held against a machine, real or not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { difference } from '../host/difference.ts';
import { type HostState, ROOT } from '../host/host-state.ts';
import type { HostChange, HostDriver } from './host-driver.ts';
import { samplePort, sampleRouter, sampleState } from './sample-state.ts';

/** A machine with the namespaces `vm-a` and `vm-b`, and with some things that are not ours. */
export interface ContractMachine extends AsyncDisposable {
  readonly stateDirectory: string;
  /** A new driver of the same machine, as after the agent's restart. */
  open(): HostDriver;
  /** Things that someone else does to the machine, each with the kind of change that tells of it. */
  readonly disturbances: Readonly<
    Record<string, { readonly kind: HostChange['kind']; readonly act: () => Promise<void> }>
  >;
  /** What is not ours, as text; it must never change. */
  foreign(): Promise<string>;
}

const nothing: HostState = { namespaces: {}, bridges: {}, daemons: {} };

/** Declares the tests. They build on each other, as the life of a host does. */
export function hostDriverContract(name: string, makeMachine: () => Promise<ContractMachine>): void {
  describe(`${name} keeps the contract of HostDriver:`, () => {
    const a = samplePort(0x5afb, 'vm-a');
    const b = samplePort(0xdb72, 'vm-b');
    let machine: ContractMachine;
    let driver: HostDriver;
    let foreign: string;
    const state = (...ports: (typeof a)[]) =>
      sampleState(ports, { datapathType: 'netdev', services: { stateDirectory: machine.stateDirectory } });

    beforeAll(async () => {
      machine = await makeMachine();
      driver = machine.open();
      foreign = await machine.foreign();
    });
    afterAll(async () => {
      await driver?.[Symbol.asyncDispose]();
      await machine?.[Symbol.asyncDispose]();
    });

    test('read() shows a host on which nothing is ours', async () => {
      expect(difference(nothing, await driver.read())).toEqual([]);
    });

    test('set() brings about two hybrid ports, a router and a DHCP server, and read() shows them', async () => {
      const outcome = await driver.set(state(a, b));
      expect(outcome.problems).toEqual([]);
      expect(outcome.writes).toBeGreaterThan(30);
      const read = await driver.read();
      expect(difference(state(a, b), read)).toEqual([]);
      expect(read.namespaces[ROOT]?.links[`tap${a.short}`]).toMatchObject({ peer: 'eth0', peerNamespace: 'vm-a' });
    });

    test('set() of the same state writes nothing', async () => {
      expect(await driver.set(state(a, b))).toEqual({ writes: 0, problems: [] });
    });

    test('set() after a restart writes nothing', async () => {
      await driver[Symbol.asyncDispose]();
      driver = machine.open();
      await driver.read();
      expect(await driver.set(state(a, b))).toEqual({ writes: 0, problems: [] });
    });

    test('set() without a read before it writes nothing either', async () => {
      await driver[Symbol.asyncDispose]();
      driver = machine.open();
      expect(await driver.set(state(a, b))).toEqual({ writes: 0, problems: [] });
      await driver.read();
    });

    test('onChange() tells what someone else did, and set() mends it', async () => {
      for (const [what, { kind, act }] of Object.entries(machine.disturbances)) {
        const told: HostChange['kind'][] = [];
        using _ = driver.onChange((change) => told.push(change.kind));
        await act();
        await expect.poll(() => told, { timeout: 5000, interval: 20, message: what }).toContain(kind);
        await driver.read();
        const outcome = await driver.set(state(a, b));
        expect(outcome.problems, what).toEqual([]);
        expect(outcome.writes, what).toBeGreaterThan(0);
        expect(difference(state(a, b), await driver.read()), what).toEqual([]);
      }
    });

    test('set() of a state with less takes only that away', async () => {
      const outcome = await driver.set(state(b));
      expect(outcome.problems).toEqual([]);
      const read = await driver.read();
      expect(difference(state(b), read)).toEqual([]);
      expect(read.namespaces[ROOT]?.links[`qvo${a.short}`]).toBeUndefined();
      expect(read.namespaces[sampleRouter]?.links['qr-243b9d3a-c4']?.addresses).toEqual(['10.0.0.1/16']);
    });

    test('set() gives a device that comes back the settings that went with it', async () => {
      expect((await driver.set(state(a, b))).problems).toEqual([]);
      expect(difference(state(a, b), await driver.read())).toEqual([]);
      expect((await driver.set(state(b))).problems).toEqual([]);
    });

    test('set() tells of what is not ours to make and makes the rest', async () => {
      const lost = samplePort(7, 'vm-nowhere');
      const outcome = await driver.set({
        ...state(b),
        namespaces: {
          ...state(b).namespaces,
          ...sampleState([lost], { datapathType: 'netdev' }).namespaces,
          [ROOT]: state(b).namespaces[ROOT] ?? never(),
        },
      });
      expect(outcome.problems.map(({ object }) => object)).toEqual(['namespace vm-nowhere']);
      expect(difference(state(b), await driver.read())).toEqual([]);
    });

    test('set() of nothing leaves nothing of ours and everything else', async () => {
      expect((await driver.set(nothing)).problems).toEqual([]);
      const read = await driver.read();
      expect(difference(nothing, read)).toEqual([]);
      expect(Object.keys(read.namespaces)).not.toContain(sampleRouter);
      expect(Object.keys(read.bridges)).not.toContain('br-int');
      expect(Object.keys(read.daemons)).toEqual([]);
      expect(await machine.foreign()).toBe(foreign);
    });
  });
}

function never(): never {
  throw new Error('the sample has no namespace of the host');
}
