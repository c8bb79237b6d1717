/** A network with many ports, made in bulk, and what lists of them cost. It has no DHCP, so that the API alone is measured. */
import { record, type Times } from './calls.ts';
import { type Client, openClient, type Target } from './client.ts';

const bulk = 100;
const repetitions = 7;

export interface ManyPorts {
  readonly networkId: string;
  readonly portIds: readonly string[];
}

export async function makeManyPorts(target: Target, count: number, times: Times): Promise<ManyPorts> {
  using client = openClient(target);
  const { network } = (await client.ask('POST', '/networks', { network: { name: 'bench-many' } })).body;
  const networkId = network?.id ?? '';
  const subnet = { network_id: networkId, ip_version: 4, cidr: '10.200.0.0/16', enable_dhcp: false };
  await client.ask('POST', '/subnets', { subnet });
  const portIds: string[] = [];
  while (portIds.length < count) {
    const length = Math.min(bulk, count - portIds.length);
    const ports = Array.from({ length }, (_, index) => ({ network_id: networkId, name: `bench${index}` }));
    const answer = await client.ask('POST', '/ports', { ports });
    if (length === bulk) record(times, `create ${bulk} ports in one call`, answer.ms);
    portIds.push(...(answer.body['ports'] ?? []).map(({ id }) => id));
  }
  return { networkId, portIds };
}

export async function listThem(target: Target, { networkId, portIds }: ManyPorts, times: Times): Promise<void> {
  using client = openClient(target);
  const all = `/ports?network_id=${networkId}`;
  for (let round = 0; round < repetitions; round += 1) {
    await list(client, all, portIds.length, `list ${portIds.length} ports`, times);
    await list(client, `${all}&fields=id`, portIds.length, `list ids of ${portIds.length} ports`, times);
    await list(client, `${all}&limit=50`, 50, `list the first 50 of ${portIds.length} ports`, times);
  }
}

async function list(client: Client, path: string, expected: number, name: string, times: Times): Promise<void> {
  const { ms, body } = await client.ask('GET', path);
  if (body['ports']?.length !== expected) throw new Error(`${path}: ${body['ports']?.length} ports, not ${expected}`);
  record(times, name, ms);
}

export async function removeManyPorts(target: Target, { networkId, portIds }: ManyPorts): Promise<void> {
  const waiting = [...portIds];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      using client = openClient(target);
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) await client.ask('DELETE', `/ports/${id}`);
    }),
  );
  using client = openClient(target);
  await client.ask('DELETE', `/networks/${networkId}`);
}
