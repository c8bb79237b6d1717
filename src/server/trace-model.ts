import { portTexts } from '../feed/port-texts.ts';
import { readShares } from '../feed/shares.ts';
import { parseAddress } from '../model/addresses.ts';
import type { ShareKind, ShareKinds } from '../model/share.ts';
import type { Store } from '../store/database.ts';
import { idPrefix, type TraceModel } from '../trace/trace-model.ts';

/**
 * The part of the model that a line between two ends can touch: all that the hosts know which carry the networks of the ports
 * that these texts may mean.
 */
export async function readTraceModel(store: Store, ends: readonly string[]): Promise<TraceModel> {
  const hosts = await store.query<{ readonly host: string }>(hostsOfEnds, [
    ends.map((text) => idPrefix(text).toLowerCase()),
    ends.filter((text) => parseAddress(text) !== null),
    ends.map((text) => text.toLowerCase()),
  ]);
  const shares = await readShares(
    store,
    hosts.map(({ host }) => host),
    portTexts(),
  );
  const objects = new Map([...shares.values()].flatMap((share) => [...share]));
  const all = <Kind extends ShareKind>(kind: Kind): readonly ShareKinds[Kind][] =>
    [...objects].filter(([key]) => key.startsWith(`${kind}:`)).map(([, text]) => JSON.parse(text));
  return {
    networks: all('network'),
    subnets: all('subnet'),
    ports: all('port'),
    floatingIps: all('floatingIp'),
    routers: all('router'),
    securityGroups: all('securityGroup'),
  };
}

/** The hosts that have a port on a network of a port that one of the texts may name. */
const hostsOfEnds = {
  name: 'hosts-of-ends',
  text: `SELECT DISTINCT host_id AS host FROM ports WHERE host_id <> '' AND network_id IN (
    SELECT network_id FROM ports
    WHERE EXISTS (SELECT FROM unnest($1::text[]) AS prefix WHERE length(prefix) >= 4 AND starts_with(id::text, prefix))
      OR lower(name) = ANY ($3::text[]) OR mac_address::text = ANY ($3::text[])
      OR id IN (SELECT port_id FROM ip_allocations WHERE ip_address = ANY ($2::inet[]))
      OR id IN (SELECT port_id FROM floating_ips WHERE floating_ip_address = ANY ($2::inet[])))`,
};
