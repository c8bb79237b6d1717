import { type ApiError, missing } from './api-error.ts';
import { requestErrors } from './request-errors.ts';

/** Errors of agents and quotas. */
export const operatorErrors = {
  agentNotFound: (id: string) => missing('AgentNotFound', `Agent ${id} could not be found.`),
  quotaUnknownResource: (name: string) => requestErrors.unrecognized([name]),
} as const;
/** An extension that this server does not have. */
export const missingExtension = (alias: string): ApiError =>
  missing('HTTPNotFound', `Extension with alias ${alias} does not exist`);
