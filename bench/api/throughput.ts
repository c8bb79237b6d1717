/** How many requests a second a number of clients get answered that ask without a pause. */
import { openClient, type Target } from './client.ts';
import type { ManyPorts } from './many-ports.ts';

export interface Load {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

/** Reads, and writes whose objects are removed again. */
export function loadsOn({ networkId, portIds }: ManyPorts): readonly Load[] {
  return [
    { name: 'show one port', method: 'GET', path: `/ports/${portIds[0]}` },
    { name: 'list networks', method: 'GET', path: '/networks' },
    { name: 'create port', method: 'POST', path: '/ports', body: { port: { network_id: networkId } } },
    { name: 'create network', method: 'POST', path: '/networks', body: { network: { name: 'bench' } } },
  ];
}

/** Requests a second. */
export async function throughput(target: Target, load: Load, clients: number, seconds: number): Promise<number> {
  const made: string[] = [];
  const start = performance.now();
  const counts = await Promise.all(
    Array.from({ length: clients }, async () => {
      using client = openClient(target);
      let count = 0;
      while (performance.now() - start < seconds * 1_000) {
        const { body } = await client.ask(load.method, load.path, load.body);
        if (load.method === 'POST') made.push(...Object.values(body).map(({ id }) => id));
        count += 1;
      }
      return count;
    }),
  );
  const took = (performance.now() - start) / 1_000;
  await remove(target, load.path, made);
  return counts.reduce((sum, count) => sum + count, 0) / took;
}

async function remove(target: Target, path: string, ids: readonly string[]): Promise<void> {
  const waiting = [...ids];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      using client = openClient(target);
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) await client.ask('DELETE', `${path}/${id}`);
    }),
  );
}
