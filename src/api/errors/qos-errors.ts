import { ApiError, conflict, missing } from './api-error.ts';

/** Errors of QoS policies and their rules. */
export const qosErrors = {
  policyNotFound: (id: string) => missing('QosPolicyNotFound', `QoS policy ${id} could not be found.`),
  ruleNotFound: (id: string) => missing('QosRuleNotFound', `QoS rule ${id} for policy could not be found.`),
  ruleTypeNotFound: (type: string) => missing('QosRuleTypeNotFound', `QoS rule type ${type} could not be found.`),
  policyInUse: (id: string, objectType: string, objectId: string) =>
    conflict('QosPolicyInUse', `QoS Policy ${id} is used by ${objectType} ${objectId}.`),
  defaultExists: (projectId: string) =>
    conflict('QoSPolicyDefaultAlreadyExists', `A default QoS policy exists for project ${projectId}.`),
  removalNotAuthorized: (id: string) =>
    new ApiError(
      403,
      'PolicyRemoveAuthorizationError',
      `Failed to remove provided policy ${id} because you are not authorized.`,
    ),
  rulesConflict: (type: string, otherId: string, policyId: string) =>
    conflict(
      'QoSRulesConflict',
      `Rule ${type} conflicts with rule ${otherId} which already exists in QoS Policy ${policyId}.`,
    ),
  parameterConflict: (value: number, policyId: string, existing: { readonly type: string; readonly value: number }) =>
    conflict(
      'QoSRuleParameterConflict',
      `Unable to add the rule with value ${value} to the policy ${policyId} as the existing rule of type ${existing.type} has value ${existing.value}.`,
    ),
  ruleNotSupported: (type: string, portId: string) =>
    conflict('QosRuleNotSupported', `Rule ${type} is not supported by port ${portId}`),
} as const;
