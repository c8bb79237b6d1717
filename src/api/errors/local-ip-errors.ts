import { conflict, missing, wrong } from './api-error.ts';

/** Errors of local IPs and their associations. */
export const localIpErrors = {
  notFound: (id: string) => missing('LocalIPNotFound', `Local IP ${id} could not be found.`),
  inUse: (id: string) => conflict('LocalIPInUse', `Local IP ${id} is still associated with one or more ports.`),
  bad: (resource: string, message: string) => wrong('BadRequest', `Bad ${resource} request: ${message}.`),
  noAddress: (portId: string) => wrong('LocalIPNoIP', `Specified Port ${portId} has no fixed IPs configured.`),
  addressNotOnPort: (portId: string, ip: string) =>
    wrong('LocalIPRequestedIPNotFound', `Specified Port ${portId} does not have requested IP address: ${ip}.`),
  addressRequired: (portId: string) =>
    wrong(
      'LocalIPNoRequestedIP',
      `Specified Port ${portId} has several IPs, should specify exact IP address to use for Local IP.`,
    ),
  portOrNetworkRequired: () =>
    wrong('LocalIPPortOrNetworkRequired', 'Either Port ID or Network ID must be specified for Local IP create.'),
  associationNotFound: (localIpId: string, portId: string) =>
    missing('LocalIPAssociationNotFound', `Local IP ${localIpId} association with port ${portId} could not be found.`),
  associationExists: (localIpId: string, portId: string) =>
    conflict(
      'NeutronDbObjectDuplicateEntry',
      `Failed to create a duplicate LocalIPAssociation: for attribute(s) ['PRIMARY'] with value(s) ${localIpId}-${portId}`,
    ),
} as const;
