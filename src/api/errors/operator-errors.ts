import { type ApiError, badRequest, missing } from './api-error.ts';
import { requestErrors } from './request-errors.ts';

/** Errors of agents and quotas. */
export const operatorErrors = {
  agentNotFound: (id: string) => missing('AgentNotFound', `Agent ${id} could not be found.`),
  quotaBelowUse: (name: string, limit: number, used: number) =>
    badRequest(`Quota limit ${limit} for ${name} must be greater than or equal to already used ${used}`),
  quotaUnknownResource: (name: string) => requestErrors.unrecognized([name]),
} as const;
/** An extension that this server does not have. */
export const missingExtension = (alias: string): ApiError =>
  missing('HTTPNotFound', `Extension with alias ${alias} does not exist`);
