/** Holds the descriptions against the facts of the interface, attribute by attribute, and the policies against Neutron's. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { allResources } from './all-resources.ts';
import { deviations, filteredByAnything, policyDeviations } from './contract-deviations.ts';
import { type Attribute, notGiven } from './engine/attribute.ts';
import type { Resource } from './engine/resource.ts';
import { extensionNames } from './extension-names.ts';
import { policies } from './policies.ts';

interface ContractAttribute {
  readonly allow_post?: boolean;
  readonly allow_put?: boolean;
  readonly default?: unknown;
  readonly validate?: Readonly<Record<string, unknown>>;
  readonly is_visible?: boolean;
  readonly is_filter?: boolean;
  readonly is_sort_key?: boolean;
  readonly enforce_policy?: boolean;
}
type AttributeMap = Readonly<Record<string, ContractAttribute>>;
interface Extension {
  readonly resource_attribute_map?: Readonly<Record<string, AttributeMap>>;
  readonly sub_resource_attribute_map?: Readonly<
    Record<
      string,
      { readonly parameters?: AttributeMap; readonly parent?: { readonly collection_name: string } | null }
    >
  >;
}

function read<Facts>(name: string): Facts {
  return JSON.parse(readFileSync(new URL(`../../test/fixtures/contract/${name}.json`, import.meta.url), 'utf8'));
}
const contract = read<Readonly<Record<string, Extension>>>('networking-extensions');

/** What Neutron has without being asked, under the names that the facts give it. */
const core: Readonly<Record<string, string>> = {
  networks: 'network',
  subnets: 'subnet',
  ports: 'port',
  subnetpools: 'subnetpool',
};

/** The attributes that the extensions of a resource say it has. */
function expected(resource: Resource): Record<string, ContractAttribute> {
  const names = [resource.collection, resource.collection.replaceAll('_', '-')];
  const merged: Record<string, ContractAttribute> = {};
  const own = core[resource.collection];
  for (const alias of [...(own === undefined ? [] : [own]), ...resource.extensions]) {
    for (const name of names) {
      const map = contract[alias]?.resource_attribute_map?.[name];
      const below = contract[alias]?.sub_resource_attribute_map?.[name];
      // Two resources can have one name, of which one lives below another; one extension adds to a resource as if below itself.
      const isBelow = resource.parent !== undefined || below?.parent?.collection_name === name;
      for (const [attribute, facts] of Object.entries((isBelow ? below?.parameters : map) ?? {})) {
        merged[attribute] = { ...merged[attribute], ...facts };
      }
    }
  }
  return merged;
}

function factsOf(attribute: Attribute | undefined): Record<string, unknown> | null {
  if (attribute === undefined) return null;
  return {
    allow_post: attribute.allowPost,
    allow_put: attribute.allowPut,
    is_visible: attribute.visible,
    is_filter: attribute.filter,
    is_sort_key: attribute.sortKey,
    enforce_policy: attribute.enforcePolicy,
    ...(attribute.allowPost
      ? {
          default:
            attribute.default === notGiven
              ? "'Sentinel'"
              : attribute.default === undefined
                ? 'required'
                : attribute.default,
        }
      : {}),
  };
}

function factsIn(contracted: ContractAttribute): Record<string, unknown> {
  return {
    allow_post: contracted.allow_post ?? false,
    allow_put: contracted.allow_put ?? false,
    is_visible: contracted.is_visible ?? false,
    is_filter: contracted.is_filter ?? false,
    is_sort_key: contracted.is_sort_key ?? false,
    enforce_policy: contracted.enforce_policy ?? false,
    ...(contracted.allow_post ? { default: 'default' in contracted ? contracted.default : 'required' } : {}),
  };
}

describe.each(allResources.map((resource) => [resource.collection, resource] as const))(
  '%s',
  (collection, resource) => {
    const known = deviations[collection] ?? {};

    test.each(Object.entries(expected(resource)))('%s is what Neutron says', (name, contracted) => {
      const facts = factsOf(resource.attributes[name]);
      const wanted = {
        ...factsIn(contracted),
        ...(filteredByAnything.includes(collection)
          ? { is_filter: facts?.['is_filter'], is_sort_key: facts?.['is_sort_key'] }
          : {}),
      };
      if (known[name] === undefined) expect(facts).toEqual(wanted);
      else expect(facts, `${collection}.${name} deviates no more`).not.toEqual(wanted);
    });

    test('each of its extensions is one that Neutron has', () => {
      const aliases = extensionNames.map(([alias]) => alias);
      expect(resource.extensions.filter((alias) => !aliases.includes(alias))).toEqual([]);
    });
  },
);

test('policies are the ones that Neutron has by default', () => {
  const facts = read<Readonly<Record<string, { readonly check: string }>>>('networking-policies');
  for (const [name, { check }] of Object.entries(facts)) {
    if (policyDeviations[name] === undefined) expect({ [name]: policies[name] }).toEqual({ [name]: check });
    else expect(policies[name], `${name} deviates no more`).not.toEqual(check);
  }
});
