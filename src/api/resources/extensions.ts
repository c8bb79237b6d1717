/** Extensions: what of Neutron's API works here, by alias. Clients decide by it what they ask for. */
import type { JsonObject } from '../engine/json.ts';
import type { Route } from '../engine/routes.ts';
import { missingExtension } from '../errors/operator-errors.ts';
import { extensionNames } from '../extension-names.ts';

/** What the engine does for every resource, and what has no attribute of its own. */
const ofTheEngine: readonly string[] = [
  'dhcp_agent_scheduler',
  'empty-string-filtering',
  'filter-validation',
  'ip-substring-filtering',
  'l3_agent_scheduler',
  'pagination',
  'port-security-groups-filtering',
  'project-id',
  'qos-rule-type-details',
  'qos-rule-type-filter',
  'quota-check-limit',
  'quota_details',
  'quotas',
  'revision-if-match',
  'sort-key-validation',
  'sorting',
  'standard-attr-revisions',
  'standard-attr-tag',
  'standard-attr-timestamp',
  // The older name, by which some clients still look for tags.
  'tag',
  'tag-creation',
  'tag-ports-during-bulk-creation',
];

/** `described`: the aliases that the resources' descriptions name. */
export function extensionRoutes(described: readonly string[]): readonly Route[] {
  const served = new Set([...ofTheEngine, ...described]);
  const extensions: readonly JsonObject[] = extensionNames
    .filter(([alias]) => served.has(alias))
    .map(([alias, name, updated]) => ({
      alias,
      name,
      description: name,
      updated: `${updated}T10:00:00-00:00`,
      links: [],
    }));
  return [
    {
      method: 'GET',
      pattern: '/extensions',
      handler: async () => ({ status: 200, body: { extensions } }),
      operation: { kind: 'action', summary: 'List extensions', answer: { type: 'object', required: ['extensions'] } },
    },
    {
      method: 'GET',
      pattern: '/extensions/:alias',
      operation: { kind: 'action', summary: 'Show an extension', answer: { type: 'object', required: ['extension'] } },
      handler: async (_call, alias = '') => {
        const extension = extensions.find((one) => one['alias'] === alias);
        if (extension === undefined) throw missingExtension(alias);
        return { status: 200, body: { extension } };
      },
    },
  ];
}
