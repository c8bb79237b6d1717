import { conflict, missing } from './api-error.ts';

/** Errors of placing a router on an agent by hand. */
export const l3AgentErrors = {
  invalid: (agentId: string) => missing('InvalidL3Agent', `Agent ${agentId} is not a L3 Agent or has been disabled`),
  hosted: (routerId: string, agentId: string) =>
    conflict('RouterHostedByL3Agent', `The router ${routerId} has been already hosted by the L3 Agent ${agentId}.`),
  notHosted: (routerId: string, agentId: string) =>
    conflict('RouterNotHostedByL3Agent', `The router ${routerId} is not hosted by L3 agent ${agentId}.`),
  cannotHost: (routerId: string, agentId: string) =>
    conflict('RouterSchedulingFailed', `Failed scheduling router ${routerId} to the L3 Agent ${agentId}.`),
} as const;
