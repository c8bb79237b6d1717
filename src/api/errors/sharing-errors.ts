import { conflict, missing, wrong } from './api-error.ts';
import { requestErrors } from './request-errors.ts';

/** Errors of sharing: RBAC policies. */
export const sharingErrors = {
  policyNotFound: (id: string) => missing('RbacPolicyNotFound', `RBAC policy of type unknown with ID ${id} not found`),
  policyExists: () => conflict('DuplicateRbacPolicy', 'An RBAC policy already exists with those values.'),
  inUse: (objectId: string, details: string) =>
    conflict(
      'RbacPolicyInUse',
      `RBAC policy on object ${objectId} cannot be removed because other objects depend on it.\nDetails: ${details}`,
    ),
  invalidType: (given: string) => requestErrors.invalidInput(`'${given}' is not a valid RBAC object type`),
  invalidAction: (action: string, objectType: string, actions: readonly string[]) =>
    wrong(
      'InvalidActionForType',
      `Invalid action '${action}' for object type '${objectType}'. Valid actions: ${actions.join(', ')}`,
    ),
  objectNotFound: (objectType: string, id: string) =>
    requestErrors.invalidInput(`${objectType} ${id} could not be found`),
  notOwner: (objects: string) =>
    requestErrors.invalidInput(`Only admins can manipulate policies on ${objects} they do not own`),
  scopeNotShared: (objectId: string) =>
    requestErrors.invalidInput(
      `Failed to create RBAC policy on object ${objectId} because target project doesn't have access to associated address scope`,
    ),
} as const;
