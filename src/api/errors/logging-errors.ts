import { conflict, missing, wrong } from './api-error.ts';

/** Errors of logs. */
export const loggingErrors = {
  notFound: (id: string) => missing('LogResourceNotFound', `Log resource ${id} could not be found.`),
  invalidType: (type: string) => wrong('InvalidLogResourceType', `Invalid log resource_type: ${type}.`),
  resourceNotFound: (id: string) => missing('ResourceNotFound', `Resource ${id} could not be found.`),
  targetNotFound: (id: string) => missing('TargetResourceNotFound', `Target resource ${id} could not be found.`),
  notSupportedOn: (type: string, portId: string) =>
    conflict('LoggingTypeNotSupported', `Logging type ${type} is not supported on port ${portId}.`),
  notOfTarget: (groupId: string, portId: string) =>
    wrong(
      'InvalidResourceConstraint',
      `Invalid resource constraint between resource (security_group ${groupId}) and target resource (port ${portId}).`,
    ),
} as const;
