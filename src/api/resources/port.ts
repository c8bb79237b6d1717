/** Ports: where something is attached to a network. */
import { sql } from 'kysely';
import { notGiven, onCreate, readOnly, writable } from '../engine/attribute.ts';
import {
  noneToEmptyList,
  noneToEmptyObject,
  toBoolean,
  toFixedIps,
  toLowerCase,
  toMacAddress,
} from '../engine/conversions.ts';
import type { Resource } from '../engine/resource.ts';
import { adminStateUp, column, description, history, id, name, project, tags } from '../engine/standard-attributes.ts';
import { dictionary, fixedIps, listOf, macAddress, oneOf, orNone, text, uuid } from '../engine/validators.ts';
import { portErrors } from '../errors/port-errors.ts';
import { createPorts } from '../work/create-ports.ts';
import { networkTarget } from '../work/network-target.ts';
import { addressPairs, dnsDomain, extraDhcpOptions, hints, hostName, vnicTypes } from '../work/port-values.ts';
import { removePort } from '../work/remove-port.ts';
import { updatePort } from '../work/update-port.ts';
import {
  bindingProfile,
  dnsAssignment,
  fixedIpList,
  groupList,
  resourceRequest,
  trunkDetails,
} from './port-columns.ts';
import { qosNetworkPolicyId, qosPolicyId } from './qos-attributes.ts';

const admin = { enforcePolicy: true } as const;

export const port: Resource = {
  name: 'port',
  collection: 'ports',
  path: 'ports',
  extensions: [
    'allowed-address-pairs',
    'aap-reject-multicast',
    'binding',
    'data-plane-status',
    'dns-integration',
    'dns-domain-ports',
    'extra_dhcp_opt',
    'ip_allocation',
    'port-device-profile',
    'port-hardware-offload-type',
    'port-hints',
    'port-hint-ovs-tx-steering',
    'port-mac-address-regenerate',
    'port-mac-override',
    'port-numa-affinity-policy',
    'port-numa-affinity-policy-socket',
    'port-resource-request',
    'port-resource-request-groups',
    'port-security',
    'port-trusted-vif',
    'qos',
    'qos-port-network-policy',
    'security-group',
    'standard-attr-description',
    'trunk-details',
    'uplink-status-propagation',
    'uplink-status-propagation-updatable',
  ],
  from: sql`ports as t`,
  quota: 'port',
  tagged: { table: 'ports' },
  listedAsText: true,
  notFound: portErrors.notFound,
  visible: ({ projectId }) => sql`(t.project_id = ${projectId}
    or t.network_id = any(array(select n.id from networks n where n.project_id = ${projectId})))`,
  policyTarget: networkTarget,
  attributes: {
    id,
    name,
    network_id: onCreate(column('network_id', 'uuid'), { validate: uuid, filter: true, sortKey: true }),
    ...project,
    mac_address: writable(column('mac_address', 'mac'), {
      default: notGiven,
      convert: toMacAddress,
      validate: orNone(macAddress),
      enforcePolicy: true,
      filter: true,
      sortKey: true,
    }),
    admin_state_up: adminStateUp,
    status: readOnly(column('status'), { filter: true, sortKey: true }),
    device_id: writable(column('device_id'), {
      default: '',
      validate: text(255),
      enforcePolicy: true,
      filter: true,
      sortKey: true,
    }),
    device_owner: writable(column('device_owner'), {
      default: '',
      validate: text(255),
      enforcePolicy: true,
      filter: true,
      sortKey: true,
    }),
    fixed_ips: writable(fixedIpList, {
      default: notGiven,
      convert: toFixedIps,
      validate: fixedIps,
      enforcePolicy: true,
      filter: true,
    }),
    ip_allocation: readOnly(column('ip_allocation'), { filter: true, sortKey: true }),
    security_groups: writable(groupList, {
      default: notGiven,
      convert: noneToEmptyList,
      validate: listOf(uuid),
      filter: true,
    }),
    allowed_address_pairs: writable(column('allowed_address_pairs', 'json'), {
      default: notGiven,
      convert: noneToEmptyList,
      validate: addressPairs,
      enforcePolicy: true,
    }),
    extra_dhcp_opts: writable(column('extra_dhcp_opts', 'json'), { default: null, validate: extraDhcpOptions }),
    description,
    port_security_enabled: writable(column('port_security_enabled', 'boolean'), {
      default: notGiven,
      convert: toBoolean,
      enforcePolicy: true,
    }),
    dns_name: writable(column('dns_name'), { default: '', convert: toLowerCase, validate: hostName }),
    dns_domain: writable(column('dns_domain'), { default: '', convert: toLowerCase, validate: dnsDomain }),
    dns_assignment: readOnly(dnsAssignment),
    qos_policy_id: qosPolicyId,
    qos_network_policy_id: qosNetworkPolicyId('network_id'),
    resource_request: readOnly(resourceRequest),
    data_plane_status: {
      ...readOnly(column('data_plane_status'), admin),
      allowPut: true,
      validate: oneOf([null, 'ACTIVE', 'DOWN']),
    },
    device_profile: onCreate(column('device_profile'), { default: null, validate: orNone(text(255)) }),
    numa_affinity_policy: writable(column('numa_affinity_policy'), {
      default: null,
      validate: oneOf(['required', 'preferred', 'legacy', 'socket', null]),
    }),
    hints: writable(column('hints', 'json'), { ...admin, default: null, validate: orNone(hints) }),
    hardware_offload_type: onCreate(column('hardware_offload_type'), {
      ...admin,
      default: notGiven,
      validate: oneOf(['switchdev']),
    }),
    trusted: writable(column('trusted', 'boolean'), { ...admin, default: notGiven, convert: toBoolean }),
    propagate_uplink_status: writable(column('propagate_uplink_status', 'boolean'), {
      default: true,
      convert: toBoolean,
    }),
    trunk_details: readOnly(trunkDetails, admin),
    ...tags,
    ...history,
    'binding:vnic_type': writable(column('vnic_type'), {
      default: 'normal',
      validate: oneOf(vnicTypes),
      enforcePolicy: true,
    }),
    'binding:profile': writable(bindingProfile, {
      ...admin,
      default: notGiven,
      convert: noneToEmptyObject,
      validate: dictionary,
    }),
    'binding:host_id': writable(column('host_id'), {
      ...admin,
      default: notGiven,
      validate: orNone(text(255)),
      filter: true,
    }),
    'binding:vif_type': readOnly(column('vif_type'), admin),
    'binding:vif_details': readOnly(column('vif_details', 'json'), admin),
  },
  createMany: createPorts,
  update: updatePort,
  remove: removePort,
};
