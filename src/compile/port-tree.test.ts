import fc from 'fast-check';
import { expect, test } from 'vitest';
import { portTree } from './port-tree.ts';
import type { OwnChains } from './wrapped-chains.ts';

const treeOf = (portIds: readonly string[]) =>
  portTree({ root: 'sg-chain', branch: 'sg', agent: 'a', portIds, entry: (id) => `-j ${id}` });

/** Where a packet on the bridge ends, and how many rules it was compared with. */
function follow(chains: OwnChains, bridge: string): { readonly end: string | null; readonly compared: number } {
  let compared = 0;
  let rules = chains['sg-chain'] ?? [];
  for (;;) {
    const hit = rules.find((rule) => {
      compared += 1;
      const name = rule.split(' ')[1] ?? '';
      return name.endsWith('+') ? bridge.startsWith(name.slice(0, -1)) : bridge === name;
    });
    const [, kind, target = ''] = /-([jg]) (\S+)$/.exec(hit ?? '') ?? [];
    if (kind !== 'g') return { end: hit === undefined ? null : target, compared };
    rules = chains[target.replace(/^a-/, '')] ?? [];
  }
}

test('portTree() leads every port, and nothing else, to its entry', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.uuid(), { maxLength: 60, selector: (id) => id.slice(0, 11) }),
      fc.uuid(),
      (ids, other) => {
        const chains = treeOf(ids);
        for (const id of ids) expect(follow(chains, `qbr${id.slice(0, 11)}`).end).toBe(id);
        const known = ids.some((id) => id.slice(0, 11) === other.slice(0, 11));
        if (!known) expect(follow(chains, `qbr${other.slice(0, 11)}`).end).toBeNull();
        for (const name of Object.keys(chains)) expect(`neutron-openvswi-${name}`.length).toBeLessThanOrEqual(28);
      },
    ),
  );
});

test('portTree() compares with few rules, however many ports there are', () => {
  const ids = Array.from(
    { length: 1000 },
    (_, n) => `${((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')}-0000`,
  );
  const chains = treeOf(ids);
  const most = Math.max(...ids.map((id) => follow(chains, `qbr${id.slice(0, 11)}`).compared));
  expect(most).toBeLessThanOrEqual(3 * 16);
});

test('portTree() tells ids apart that begin alike', () => {
  const ids = Array.from({ length: 20 }, (_, n) => `00000000-${n.toString(16).padStart(4, '0')}`).filter(
    (id, at, all) => all.findIndex((one) => one.slice(0, 11) === id.slice(0, 11)) === at,
  );
  for (const id of ids) expect(follow(treeOf(ids), `qbr${id.slice(0, 11)}`).end).toBe(id);
});
