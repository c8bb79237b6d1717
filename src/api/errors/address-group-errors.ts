import { asRepr } from '../engine/json.ts';
import { conflict, missing, wrong } from './api-error.ts';

/** Errors of address groups. */
export const addressGroupErrors = {
  notFound: (id: string) => missing('AddressGroupNotFound', `Address group ${id} could not be found.`),
  inUse: (id: string) =>
    conflict('AddressGroupInUse', `Address group ${id} is in use on one or more security group rules.`),
  addressesNotFound: (id: string, addresses: readonly string[]) =>
    missing('AddressesNotFound', `Addresses ${asRepr(addresses)} not found in the address group ${id}.`),
  addressesExist: (id: string, addresses: readonly string[]) =>
    wrong('AddressesAlreadyExist', `Addresses ${asRepr(addresses)} already exist in the address group ${id}.`),
} as const;
