/** The ranges that the configuration gives, as rows: every draw of a number reads ranges from one place. */
import { sql } from 'kysely';
import type { Config } from '../../config/config.ts';
import type { Store } from '../../store/database.ts';
import type { NumberedType } from './segment.ts';

interface DefaultRange {
  readonly network_type: NumberedType;
  readonly physical_network: string | null;
  readonly minimum: number;
  readonly maximum: number;
}

/** Brings the default ranges in line with the configuration. Those that stay keep their ids. */
export async function keepDefaultRanges(store: Store, config: Config): Promise<void> {
  const ranges = JSON.stringify(defaultRanges(config));
  await store.transaction(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('tapline default ranges', 0))`.execute(trx);
    const given = sql`jsonb_to_recordset(${ranges}::jsonb)
      as g (network_type text, physical_network text, minimum bigint, maximum bigint)`;
    const same = sql`(r.network_type, coalesce(r.physical_network, ''), r.minimum, r.maximum)
      = (g.network_type, coalesce(g.physical_network, ''), g.minimum, g.maximum)`;
    await sql`delete from network_segment_ranges r where r.is_default and not exists (select 1 from ${given} where ${same})`.execute(
      trx,
    );
    await sql`
      insert into network_segment_ranges (is_default, network_type, physical_network, minimum, maximum)
      select distinct true, g.network_type, g.physical_network, g.minimum, g.maximum from ${given}
      where not exists (select 1 from network_segment_ranges r where r.is_default and ${same})`.execute(trx);
  });
}

function defaultRanges(config: Config): readonly DefaultRange[] {
  const { network_vlan_ranges, vni_ranges, tunnel_id_ranges, geneve_vni_ranges } = config.network;
  return [
    ...network_vlan_ranges.flatMap(vlanRange),
    ...vni_ranges.map((text) => tunnelRange('vxlan', text)),
    ...tunnel_id_ranges.map((text) => tunnelRange('gre', text)),
    ...geneve_vni_ranges.map((text) => tunnelRange('geneve', text)),
  ];
}

/** `physnet:min:max`; a `physnet` alone has no numbers to give. */
function vlanRange(text: string): readonly DefaultRange[] {
  const [physicalNetwork = '', minimum, maximum = minimum] = text.split(':');
  return minimum === undefined
    ? []
    : [
        {
          network_type: 'vlan',
          physical_network: physicalNetwork,
          minimum: Number(minimum),
          maximum: Number(maximum),
        },
      ];
}

function tunnelRange(type: NumberedType, text: string): DefaultRange {
  const [minimum = 0, maximum = minimum] = text.split(':').map(Number);
  return { network_type: type, physical_network: null, minimum, maximum };
}
