/** Neutron's validators and conversions that only subnets and their pools have. */
import { networkErrors } from '../errors/network-errors.ts';
import { asText, isList, type Json } from './json.ts';
import { isUuid, listOf, subnet, text, validator } from './validators.ts';

/** The pool of subnets whose prefix a router will get by delegation (RFC 3633). */
export const prefixDelegation = 'prefix_delegation';

export const subnetpoolId = validator(
  'type:subnetpool_id',
  { anyOf: [{ type: 'string', format: 'uuid' }, { const: prefixDelegation }] },
  (value) => (value === prefixDelegation || isUuid(value) ? null : `'${asText(value)}' is not a valid UUID`),
);

export const subnetList = Object.assign(listOf(subnet), { type: 'type:subnet_list' });

const name = text(255);
export const notEmptyName = validator('type:not_empty_name_string', { ...name.schema, minLength: 1 }, (value) => {
  const reason = name(value);
  if (reason !== null) return reason;
  return asText(value).trim() === '' ? `'${asText(value)}' Blank strings are not permitted` : null;
});

/**
 * Beginnings of device owners. Neutron's list ends in the single letters of `compute:`, which lets through owners that no
 * service has, such as `test:type_1`; clients rely on it.
 */
const ownerPrefixes = ['network:', 'neutron:', 'baremetal:', ...'compute:'];

export const serviceTypes = Object.assign(listOf(text(255)), { type: 'type:list_of_subnet_service_types' });

/** `type:list_of_subnet_service_types`, which raises errors of its own. */
export function toServiceTypes(value: Json): Json {
  if (value === null || value === '') return [];
  if (!isList(value)) throw networkErrors.serviceTypesNotList();
  for (const one of value) {
    if (typeof one !== 'string') throw networkErrors.serviceTypeNotText(asText(one));
    if (!ownerPrefixes.some((prefix) => one.startsWith(prefix))) throw networkErrors.serviceTypeNoOwner(one);
  }
  return value;
}
