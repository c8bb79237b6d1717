import { ApiError, conflict, wrong } from './api-error.ts';

/** Errors of topologies that a project gets by asking for one. */
export const topologyErrors = {
  failed: (reason: string) => conflict('AutoAllocationFailure', `Deployment error: ${reason}.`),
  otherProject: () => new ApiError(403, 'NotAuthorized', 'Not authorized.'),
  unknownField: () => wrong('BadRequest', 'Bad auto_allocate request: Unrecognized field.'),
} as const;
