/** QoS rule types: what this deployment enforces, and on request what it can be told. */
import { readBoolean } from '../engine/conversions.ts';
import type { JsonObject } from '../engine/json.ts';
import { readFields } from '../engine/list-query.ts';
import type { Answer, Call } from '../engine/operations.ts';
import { enforcePolicy } from '../engine/policy.ts';
import type { Route } from '../engine/routes.ts';
import { qosErrors } from '../errors/qos-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { type EnforcedRule, enforcedRules } from '../work/enforced-rules.ts';
import { qosRuleKinds } from './qos-rule-kinds.ts';

export const qosRuleTypeRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/qos/rule-types', handler: async (call) => listTypes(call, enforcedRules) },
  {
    method: 'GET',
    pattern: '/qos/rule-types/:type',
    handler: async (call, type = '') => showType(call, type, enforcedRules),
  },
];

const control = new Set(['fields', 'sort_key', 'sort_dir', 'limit', 'marker', 'page_reverse']);
const filters = new Set(['type', 'all_rules', 'all_supported']);

/** `all_rules`: also what is only kept. `all_supported` is what the list is without being asked. */
function listTypes(call: Call, enforced: readonly EnforcedRule[]): Answer {
  const query = call.url.searchParams;
  const unknown = [...new Set(query.keys())].filter((name) => !control.has(name) && !filters.has(name)).sort();
  if (unknown.length > 0) throw requestErrors.invalidFilter(unknown);
  const asked = (name: string) => query.getAll(name).some((value) => readBoolean(value) === true);
  if (asked('all_rules') && asked('all_supported')) {
    throw requestErrors.invalidInput('Only one query parameter can be used: all_rules or all_supported');
  }
  const names = query.getAll('type');
  const types = (asked('all_rules') ? qosRuleKinds : enforced)
    .map(({ type }) => type)
    .filter((type) => names.length === 0 || names.includes(type));
  const fields = readFields(query);
  const one = (type: string): JsonObject => (fields.length === 0 || fields.includes('type') ? { type } : {});
  return { status: 200, body: { rule_types: types.map(one) } };
}

/** A kind that can only be kept has no drivers. */
function showType(call: Call, type: string, enforced: readonly EnforcedRule[]): Answer {
  enforcePolicy('get_rule_type', call.caller, { projectId: '', values: {} });
  if (!qosRuleKinds.some((kind) => kind.type === type)) throw qosErrors.ruleTypeNotFound(type);
  const drivers = enforced
    .filter((one) => one.type === type)
    .map((one): JsonObject => ({ name: 'openvswitch', supported_parameters: one.parameters }));
  return { status: 200, body: { rule_type: { type, drivers } } };
}
