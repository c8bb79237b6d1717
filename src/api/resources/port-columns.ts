/** What is read of a port beside the columns of its row. */
import { sql } from 'kysely';
import { expression } from '../engine/standard-attributes.ts';
import { fixedIpFilter } from '../work/fixed-ip-filter.ts';

export const fixedIpList = expression(
  'json',
  sql`coalesce((select json_agg(json_build_object('subnet_id', a.subnet_id, 'ip_address', host(a.ip_address)) order by a.position)
    from ip_allocations a where a.port_id = t.id), '[]')`,
  { matches: fixedIpFilter },
);

export const groupList = expression(
  'json',
  sql`coalesce((select json_agg(g.security_group_id order by g.security_group_id)
    from port_security_groups g where g.port_id = t.id), '[]')`,
  {
    matches: (values) => sql`exists (select 1 from port_security_groups g
      where g.port_id = t.id and g.security_group_id::text = any(${values}::text[]))`,
  },
);

/** What Nova must know of a trusted or offloaded interface stands in the profile too. */
export const bindingProfile = expression(
  'json',
  sql`case when t.trusted is null and t.hardware_offload_type is null then t.binding_profile
    else t.binding_profile
      || case when t.trusted is null then '{}' else jsonb_build_object('trusted', t.trusted) end
      || case when t.hardware_offload_type is null then '{}'
         else jsonb_build_object('capabilities', jsonb_build_array(t.hardware_offload_type)) end
    end`,
);

const domain = sql`rtrim(coalesce(nullif(current_setting('tapline.dns_domain', true), ''), 'openstacklocal'), '.')`;
const hostname = sql`case when t.dns_name = '' then 'host-' || translate(host(a.ip_address), '.:', '--') else t.dns_name end`;

/** The names that DHCP gives to the port's addresses. */
export const dnsAssignment = expression(
  'json',
  sql`coalesce((select json_agg(json_build_object('ip_address', host(a.ip_address), 'hostname', ${hostname},
      'fqdn', case when t.dns_name like '%.' then t.dns_name else ${hostname} || '.' || ${domain} || '.' end) order by a.position)
    from ip_allocations a where a.port_id = t.id), '[]')`,
);

const trait = (name: ReturnType<typeof sql>) => sql`regexp_replace(upper(${name}), '[^A-Z0-9_]+', '_', 'g')`;

const policyOfPort = sql`coalesce(t.qos_policy_id, (select n.qos_policy_id from networks n where n.id = t.network_id))`;

/**
 * What placement must reserve for the minimums that the port's policy, or its network's, promises: a group of resources for
 * bandwidth, which a physical network has, and one for packets. The ids of groups are the same as long as their rules are.
 */
export const resourceRequest = expression(
  'json',
  sql`case when ${policyOfPort} is null then null else (
    select json_build_object('request_groups', json_agg(json_build_object(
        'id', g.id, 'required', g.required, 'resources', g.resources) order by g.kind), 'same_subtree', json_agg(g.id order by g.kind))
    from (
      select r.type as kind, md5(t.id::text || string_agg(r.id::text, ',' order by r.id))::uuid as id,
        case r.type when 'minimum_bandwidth' then json_build_array('CUSTOM_PHYSNET_' || ${trait(sql`n.physical_network`)},
            'CUSTOM_VNIC_TYPE_' || ${trait(sql`t.vnic_type`)})
          else json_build_array('CUSTOM_VNIC_TYPE_' || ${trait(sql`t.vnic_type`)}) end as required,
        json_object_agg(case r.type
          when 'minimum_bandwidth' then case r.direction when 'egress' then 'NET_BW_EGR_KILOBIT_PER_SEC'
            else 'NET_BW_IGR_KILOBIT_PER_SEC' end
          else case r.direction when 'egress' then 'NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC'
            when 'ingress' then 'NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC' else 'NET_PACKET_RATE_KILOPACKET_PER_SEC' end
          end, coalesce(r.min_kbps, r.min_kpps)) as resources
      from qos_rules r join networks n on n.id = t.network_id
      where r.qos_policy_id = ${policyOfPort}
        and (r.type = 'minimum_packet_rate' or r.type = 'minimum_bandwidth' and n.physical_network is not null)
      group by r.type, n.physical_network
    ) g having count(*) > 0
  ) end`,
);

/** Of the parent of a trunk; null for any other. */
export const trunkDetails = expression(
  'json',
  sql`(select json_build_object('trunk_id', k.id, 'sub_ports', coalesce((
      select json_agg(json_build_object('port_id', s.port_id, 'segmentation_type', s.segmentation_type,
        'segmentation_id', s.segmentation_id, 'mac_address', p.mac_address::text) order by s.position)
      from trunk_sub_ports s join ports p on p.id = s.port_id where s.trunk_id = k.id), '[]'::json))
    from trunks k where k.port_id = t.id)`,
);
